// An adapter between our choice and the IAB's Transparency & Consent Framework. It is a file of its
// own that no page loads by itself, and it does nothing without the number of a registered CMP: a
// TC string may only be issued by one (IAB Europe, TCF Policies, chapter II). The string itself is
// made by `encode`, which the CMP's owner supplies with the vendor list that goes with it.

/**
 * Answer `__tcfapi` for this page from now on.
 *
 * `cmpId` and `cmpVersion` are what IAB Europe registered; `gvlVersion` is the vendor list's;
 * `encode(choice)` gives the TC string for a choice, or for nothing while none was made. Throws
 * when the CMP is not registered or cannot encode, and when another CMP is on the page.
 */
export function startTcf({ cmpId, cmpVersion, gvlVersion, encode }, banner = self.privacyBanner) {
  const registered = Number.isInteger(cmpId) && cmpId > 1 && cmpId < 4096;
  if (!registered) throw new Error("TCF stays off: configure the number of a registered CMP.");
  if (typeof encode !== "function") throw new Error("TCF stays off: nothing here encodes strings.");
  if (self.__tcfapi) throw new Error("TCF stays off: another CMP answers on this page.");
  const listeners = new Map();
  let last = 0;

  const data = (eventStatus, listenerId) => ({
    tcString: encode(banner.get()), tcfPolicyVersion: 5, cmpId, cmpVersion, gdprApplies: true,
    cmpStatus: "loaded", eventStatus, listenerId, isServiceSpecific: true,
  });
  const status = () => (banner.get() ? "tcloaded" : "cmpuishown");
  const commands = {
    ping: (done) => done({
      gdprApplies: true, cmpLoaded: true, cmpStatus: "loaded", apiVersion: "2.3", cmpId, cmpVersion,
      gvlVersion, tcfPolicyVersion: 5, displayStatus: banner.get() ? "hidden" : "visible",
    }, true),
    addEventListener: (done) => {
      listeners.set(++last, done);
      done(data(status(), last), true);
    },
    removeEventListener: (done, id) => done(listeners.delete(id)),
  };
  self.__tcfapi = (command, version, done, argument) =>
    commands[command] ? commands[command](done, argument) : done(null, false);
  banner.on("change", () => {
    for (const [id, done] of listeners) done(data("useractioncomplete", id), true);
  });
}
