// Sends the forms of the page on the interface and shows what came back, as text only.
"use strict";

function request(form) {
  const query = new URLSearchParams();
  let address = form.dataset.address;
  for (const field of form.querySelectorAll("[data-in]")) {
    if (field.dataset.in === "path") {
      // A path parameter may hold slashes (tiles do); each part is escaped by itself.
      const parts = field.value.split("/").map(encodeURIComponent).join("/");
      address = address.replace(`{${field.name}}`, () => parts);
    } else if (field.value !== "") {
      query.append(field.name, field.value);
    }
  }
  const asked = query.toString();
  return asked ? `${address}?${asked}` : address;
}

function options(form) {
  const headers = {};
  const token = document.getElementById("token").value.trim();
  if ("secured" in form.dataset && token) headers.Authorization = `Bearer ${token}`;
  const body = form.elements.body;
  if (body) headers["Content-Type"] = "application/json";
  return {
    method: form.dataset.method,
    headers,
    body: body ? body.value : undefined,
    credentials: "omit",
    redirect: "error",
  };
}

function show(place, title, text) {
  const head = document.createElement("p");
  head.className = "small";
  head.textContent = title;
  const pre = document.createElement("pre");
  pre.className = "scroll mono";
  pre.tabIndex = 0;
  pre.setAttribute("role", "region");
  pre.setAttribute("aria-label", "Answer");
  pre.textContent = text;
  place.replaceChildren(head, pre);
}

function readable(text, type) {
  if (!/\bjson\b/.test(type)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const place = form.querySelector("[role=status]");
  const address = request(form);
  try {
    const answer = await fetch(address, options(form));
    const type = answer.headers.get("Content-Type") || "";
    const binary = type.startsWith("application/octet-stream");
    const text = binary ? `${(await answer.arrayBuffer()).byteLength} bytes` : await answer.text();
    show(place, `${answer.status} ${type} — ${form.dataset.method} ${address}`, readable(text, type));
  } catch (error) {
    show(place, `${form.dataset.method} ${address}`, `No answer: ${error.message}`);
  }
}

for (const form of document.querySelectorAll("form.try")) form.addEventListener("submit", send);
