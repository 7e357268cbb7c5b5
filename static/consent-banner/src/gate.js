// Holds back what is marked data-purpose until every purpose named there was granted. Whatever is
// unknown stays held.

/** The purposes whose scripts run in this page. */
export const ran = [];

const rules = { createScript: (text) => text };
let policy;
let lane;

// A copy, since a script that was passed over once is not sure to run when its type is mended. It
// brings its attributes, address and nonce along. Whether it is async only the attribute tells: the
// property is set on whatever the parser passed over. Trusted Types ask for a text that a policy
// has seen; it is the one that the page itself marked. One runs after the other, as the parser
// would have done; only async ones are not waited for.
async function run(held, before) {
  await before;
  const script = held.cloneNode();
  policy ||= self.trustedTypes?.createPolicy("consent-banner", rules) || rules;
  script.type = held.dataset.type || "";
  script.async = held.attributes.async;
  script.text = policy.createScript(held.text);
  held.replaceWith(script);
  return script.src && !script.async && new Promise((done) => (script.onload = script.onerror = done));
}

/** Release what `has` grants; `hold` is given each frame that is not, until it has a `box`. */
export function scan(has, hold) {
  for (const element of document.querySelectorAll("[data-purpose]")) {
    // Only frames have a sandbox, and only templates a content.
    const { box, content, sandbox, dataset: { purpose, src, href } } = element;
    const codes = purpose.split(" ");
    if (!codes.every(has)) sandbox && !box && hold(element);
    else if (sandbox) element.src ||= src;
    else {
      delete element.dataset.purpose;
      if (content) element.replaceWith(content);
      else if (src) element.src = src;
      else if (href) element.href = href;
      else {
        ran.push(...codes);
        lane = run(element, lane);
      }
    }
  }
}
