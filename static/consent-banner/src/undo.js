// What a declared tracker covers: rules without a page.

/** The names among `names` that a declared name covers; `*` stands for any run of characters. */
export function covered(declared, names) {
  const shape = RegExp(`^${declared.replace(/\W/g, "\\$&").replaceAll("\\*", ".*")}$`);
  return names.filter((name) => shape.test(name));
}

const shorter = (text, cut) => [text, ...(text && shorter(text.replace(cut, ""), cut))];

/** Every cookie text that may be needed to expire `name`: its domain and path cannot be read. */
export const expiries = (name, host, path) =>
  shorter(host, /^[^.]*\.?/).flatMap((domain) =>
    shorter(path, /\/[^/]*$/).map((at) => `${name}=;max-age=0;path=${at || "/"};domain=${domain}`));
