// Runs in every frame before any script of the page: notes what reads or writes the terminal, and
// which script did it. Names go out, values never.
(() => {
  const send = self["__REPORT__"];
  if (!send) return;
  try {
    delete self["__REPORT__"];
  } catch {}
  const last = new Map();
  const clock = performance.now.bind(performance);

  // The first script of the page in the stack; our own frames have no address.
  const from = () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 40;
    const stack = String(new Error().stack);
    Error.stackTraceLimit = limit;
    for (const line of stack.split("\n")) {
      const found = /((?:https?|blob):[^\s()]*?):(\d+):\d+\)?$/.exec(line);
      if (found) return [found[1], +found[2]];
    }
    return ["", 0];
  };

  // The same thing by the same script is told once a second, so that no loop drowns the rest.
  const tell = (kind, name) => {
    try {
      const [script, line] = from();
      const key = [kind, name, script, line].join("\n");
      const now = clock();
      if (last.size > 2000 || now - (last.get(key) ?? -9999) < 1000) return;
      last.set(key, now);
      send({ kind, name: String(name).slice(0, 1000), script: script.slice(0, 1000), line });
    } catch {}
  };

  const wrap = (owner, name, before, after) => {
    const real = owner?.prototype?.[name];
    if (typeof real !== "function") return;
    owner.prototype[name] = {
      [name](...given) {
        before?.call(this, given);
        const made = Reflect.apply(real, plain(this), given);
        after?.call(this, given, made);
        return made;
      },
    }[name];
  };
  const watchGetter = (owner, name, kind, as) => {
    const found = owner && Object.getOwnPropertyDescriptor(owner.prototype, name);
    if (!found?.get || !found.configurable) return;
    Object.defineProperty(owner.prototype, name, {
      ...found,
      get() {
        tell(kind, as);
        return found.get.call(this);
      },
    });
  };

  // Who sets an address: DevTools names only the tag whose script made an image.
  for (const owner of [self.HTMLImageElement, self.HTMLScriptElement, self.HTMLIFrameElement]) {
    const found = owner && Object.getOwnPropertyDescriptor(owner.prototype, "src");
    if (!found?.set) continue;
    Object.defineProperty(owner.prototype, "src", {
      ...found,
      set(address) {
        found.set.call(this, address);
        tell("asked", this.src);
      },
    });
  }

  // Cookies that scripts write.
  const named = (text) => String(text).split(";")[0].split("=")[0].trim();
  const jar = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
  Object.defineProperty(Document.prototype, "cookie", {
    ...jar,
    set(text) {
      jar.set.call(this, text);
      const kept = jar.get.call(this).split("; ").some((one) => named(one) === named(text));
      if (kept) tell("cookie", named(text));
    },
  });
  wrap(self.CookieStore, "set", ([one]) => tell("cookie", one?.name ?? one));

  // Storage, also where it is written as a property.
  const targets = new WeakMap();
  const plain = (one) => (one && typeof one === "object" && targets.get(one)) || one;
  for (const kind of ["local", "session"]) {
    const name = kind + "Storage";
    const found = Object.getOwnPropertyDescriptor(self, name);
    if (!found?.get) continue;
    let proxy;
    Object.defineProperty(self, name, {
      ...found,
      get() {
        const target = found.get.call(self);
        if (!proxy && target) {
          proxy = new Proxy(target, {
            get: (_, key) => {
              const value = target[key];
              return typeof value === "function" ? value.bind(target) : value;
            },
            set: (_, key, value) => {
              tell(kind + "_storage", key);
              target[key] = value;
              return true;
            },
            deleteProperty: (_, key) => delete target[key],
          });
          targets.set(proxy, target);
        }
        return proxy;
      },
    });
  }
  wrap(self.Storage, "setItem", function ([key]) {
    let kind = "local";
    try {
      if (plain(this) === plain(self.sessionStorage)) kind = "session";
    } catch {}
    tell(kind + "_storage", key);
  });
  for (const name of ["getItem", "removeItem", "key", "clear"]) wrap(self.Storage, name);
  wrap(self.IDBFactory, "open", ([name]) => tell("indexed_db", name));
  wrap(self.CacheStorage, "open", ([name]) => tell("cache", name));

  // Reading how this very terminal draws, sounds and is equipped.
  const drawn = new WeakSet();
  const fonts = new Set();
  for (const owner of [self.CanvasRenderingContext2D, self.OffscreenCanvasRenderingContext2D]) {
    for (const name of ["fillText", "strokeText"]) {
      wrap(owner, name, function () {
        drawn.add(this.canvas);
      });
    }
    wrap(owner, "getImageData", function () {
      tell("fingerprint", drawn.has(this.canvas) ? "canvas" : "canvas-pixels");
    });
    wrap(owner, "measureText", function () {
      if (fonts.size < 20) fonts.add(this.font);
      if (fonts.size === 10) tell("fingerprint", "fonts");
    });
  }
  const read = function () {
    tell("fingerprint", drawn.has(this) ? "canvas" : "canvas-pixels");
  };
  for (const name of ["toDataURL", "toBlob"]) wrap(self.HTMLCanvasElement, name, read);
  wrap(self.OffscreenCanvas, "convertToBlob", read);
  for (const owner of [self.WebGLRenderingContext, self.WebGL2RenderingContext]) {
    wrap(owner, "getParameter", ([what]) => {
      if (what === 37445 || what === 37446) tell("fingerprint", "webgl");
    });
  }
  wrap(self.OfflineAudioContext, "startRendering", () => tell("fingerprint", "audio"));
  wrap(self.FontFaceSet, "check", ([font]) => {
    if (fonts.size < 20) fonts.add(font);
    if (fonts.size === 10) tell("fingerprint", "fonts");
  });
  for (const name of ["plugins", "mimeTypes", "hardwareConcurrency", "deviceMemory"]) {
    watchGetter(self.Navigator, name, "fingerprint", "navigator." + name);
  }
  wrap(self.Navigator, "getBattery", () => tell("fingerprint", "navigator.getBattery"));
  wrap(self.MediaDevices, "enumerateDevices", () => tell("fingerprint", "enumerateDevices"));
})();
