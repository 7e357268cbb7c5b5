"""The table of wrong banners: for each assertion at least one that it must notice."""

from tests.banner.assertions.mutation import Mutation as Wrong

_RUN_HELD = """whenShown("script[data-purpose]", (held) => {
    const script = document.createElement("script");
    script.text = held.text;
    document.head.append(script);
});"""
_GRANT_ALL = "onCookie((text) => text.replaceAll(':0', ':1'));"
_PAST_CHOICE = "if (jar.get.call(document).includes('privacy_choice'))"
_LINK = """whenShown("#cb [data-cb=reject]", (button) => {
    const link = Object.assign(document.createElement("a"), { href: "#" });
    link.textContent = button.textContent;
    link.dataset.cb = "reject";
    button.replaceWith(link);
});"""
_TRAP = """addEventListener("keydown", (event) => {
    const all = [...document.querySelectorAll("#cb :is(a, button)")];
    if (event.key !== "Tab" || !all.length) return;
    event.preventDefault();
    all[(all.indexOf(document.activeElement) + 1) % all.length].focus();
});"""
_SHADOW = """whenShown("#cb", (layer) => {
    const host = document.createElement("div");
    document.body.append(host);
    host.attachShadow({ mode: "open" }).append(layer);
});"""
_LEAVE_NODE = """const remove = Element.prototype.remove;
Element.prototype.remove = function () {
    if (this.id !== "cb") remove.call(this);
    else setTimeout(() => remove.call(this), 9000);
};"""

MUTATIONS = [
    Wrong("test_01", "a beacon at once", js="addEventListener('load', track);"),
    Wrong("test_01", "a cookie at once", js="document.cookie = '_ga=1';"),
    Wrong("test_01", "a key in the storage at once", js="localStorage.seen = 1;"),
    Wrong("test_01", "held scripts run at once", js=_RUN_HELD),
    Wrong("test_02", "refusing is below the fold",
          "#cb [data-cb=reject] { position: fixed !important; top: 200vh !important }"),
    Wrong("test_02", "something lies over the refuse button",
          "#cb [data-cb=reject] { pointer-events: none !important }"),
    Wrong("test_02", "no refusing on phones",
          "@media (max-width: 400px) { #cb [data-cb=reject] { visibility: hidden !important } }"),
    Wrong("test_03", "are you sure?", js="""let asked; byHand("[data-cb]", (event) => {
        if (!asked) event.stopImmediatePropagation();
        asked = 1; });"""),
    Wrong("test_03", "the refusal is not stored", js="onCookie(() => '');"),
    Wrong("test_03", "the refusal is stored as a yes", js=_GRANT_ALL),
    Wrong("test_04", "a smaller refuse button",
          "#cb [data-cb=reject] { flex: 0 0 70% !important; align-self: center; height: 20px;"
          " min-height: 20px !important }"),
    Wrong("test_04", "a lower refuse button",
          "#cb [data-cb=reject] { max-height: 36px !important; min-height: 0 !important }"),
    Wrong("test_05", "a greyed refuse button", "#cb [data-cb=reject] { color: #777 !important }"),
    Wrong("test_05", "a thinner refuse label",
          "#cb [data-cb=reject] { font-weight: 400 !important }"),
    Wrong("test_05", "accepting shines in the dark only",
          "@media (prefers-color-scheme: dark) { #cb [data-cb=accept] { background: #06c"
          " !important } }"),
    Wrong("test_06", "pale labels", "#cb [data-cb] { color: #999 !important }"),
    Wrong("test_06", "no edges", "#cb [data-cb] { border-color: transparent !important }"),
    Wrong("test_06", "labels that fade in the dark",
          "@media (prefers-color-scheme: dark) { #cb [data-cb] { color: #555 !important } }"),
    Wrong("test_07", "refusing is a link", js=_LINK),
    Wrong("test_07", "refusing looks like a link",
          "#cb [data-cb=reject] { text-decoration: underline !important }"),
    Wrong("test_07", "refusing is called otherwise by screen readers",
          js="whenShown('#cb [data-cb=reject]', (one) => { one.ariaLabel = 'Plus tard'; });"),
    Wrong("test_08", "one box ticked before",
          js="whenShown('#cb-audience_consent', (box) => { box.checked = true; });"),
    Wrong("test_08", "one more toggle for a legitimate interest",
          js="whenShown('dialog p', (line) => { line.append(Object.assign("
             "document.createElement('input'), { type: 'checkbox', checked: true })); });"),
    Wrong("test_09", "scrolling accepts",
          js="addEventListener('scroll', () => privacyBanner.accept());"),
    Wrong("test_09", "Esc accepts",
          js="addEventListener('keydown', (e) => e.key === 'Escape' && privacyBanner.accept());"),
    Wrong("test_09", "a click on the page accepts",
          js="byHand('body', (e) => e.target.closest('#cb') || privacyBanner.accept());"),
    Wrong("test_10", "the refusal is forgotten",
          js="onCookie((text) => text.replace(/max-age=\\d+/, 'max-age=0'));"),
    Wrong("test_10", "the refusal is not obeyed", js=f"{_PAST_CHOICE} track();"),
    Wrong("test_10", "a cookie in spite of the refusal",
          js=f"{_PAST_CHOICE} document.cookie = 'other=1';"),
    Wrong("test_11", "saving accepts all", js="""byHand("dialog [data-cb=save]", () => {
        for (const box of document.querySelectorAll("dialog input")) box.checked = true; });"""),
    Wrong("test_11", "the script runs twice",
          js="document.addEventListener('privacy:change', () => (window.ran ||= [])"
             ".push('audience'));"),
    Wrong("test_12", "a choice lives for a year",
          js="onCookie((text) => text.replace(/max-age=\\d+/, 'max-age=31536000'));"),
    Wrong("test_12", "a yes lives longer than a no",
          js="onCookie((text) => text.replace(/max-age=\\d+/, (age) => text.includes(':1')"
             " ? 'max-age=16000000' : age));"),
    Wrong("test_13", "no way back",
          js="whenShown('[data-privacy-open]', (way) => way.remove());"),
    Wrong("test_13", "no refuse button in the dialog",
          js="whenShown('dialog [data-cb=reject]', (button) => button.remove());"),
    Wrong("test_13", "the withdrawal is recorded as a choice",
          js="onPost((said, send) => send({ ...said, method: said.method.replace("
             "'withdrawal', 'choices') }));"),
    Wrong("test_14", "trackers' cookies stay",
          js="onCookie((text) => text.includes('max-age=0') ? '' : text);"),
    Wrong("test_14", "only cookies of the host itself are deleted",
          js="onCookie((text) => /max-age=0.*domain=b/.test(text) ? '' : text);"),
    Wrong("test_14", "what was stored stays",
          js="setInterval(() => { localStorage.mc_queue = 1; }, 20);"),
    Wrong("test_14", "what runs goes on",
          js="navigation.addEventListener('navigate', (e) => e.navigationType === 'reload'"
             " && e.preventDefault());"),
    Wrong("test_15", "a purpose is not named",
          js="whenShown('#cb li', (line) => line.textContent = '…');"),
    Wrong("test_15", "no link to the policy", "#cb a { display: none !important }"),
    Wrong("test_15", "nobody says who decides",
          js="whenShown('#cb', (layer) => typed(layer, /Boutique\\S*/, '…'));"),
    Wrong("test_15", "nobody says that it can be changed",
          js="whenShown('#cb', (layer) => typed(layer, 'à tout moment', '…'));"),
    Wrong("test_16", "a button without a name",
          js="whenShown('#cb [data-cb=choose]', (button) => { button.textContent = ''; });"),
    Wrong("test_16", "a box without a name",
          js="whenShown('dialog label', (label) => label.replaceWith(...label.children));"),
    Wrong("test_16", "pale text in the dark",
          "@media (prefers-color-scheme: dark) { #cb p { color: #555 !important } }"),
    Wrong("test_17", "the banner stands at the page's end",
          js="whenShown('#cb', (layer) => document.querySelector('footer').after(layer));"),
    Wrong("test_17", "the banner keeps the focus", js=_TRAP),
    Wrong("test_18", "a dialog that is none",
          js="HTMLDialogElement.prototype.showModal = HTMLDialogElement.prototype.show;"),
    Wrong("test_18", "Esc does nothing",
          js="whenShown('dialog', (one) => { one.oncancel = (e) => e.preventDefault(); });"),
    Wrong("test_18", "closing accepts",
          js="whenShown('dialog', (one) => one.addEventListener('close', () =>"
             " privacyBanner.accept()));"),
    Wrong("test_18", "the focus is lost",
          js="whenShown('dialog', (one) => one.addEventListener('close', () =>"
             " document.activeElement.blur()));"),
    Wrong("test_19", "a width that is fixed", "#cb { min-width: 400px !important }"),
    Wrong("test_19", "a height that is not limited", "#cb { max-height: none !important }"),
    Wrong("test_20", "a veil over the page",
          "#cb::before { content: '' !important; position: fixed !important; inset: 0"
          " !important }"),
    Wrong("test_20", "the page does not scroll", "html { overflow: hidden !important }"),
    Wrong("test_20", "most of the screen",
          "#cb { min-height: 60vh !important; max-height: none !important }"),
    Wrong("test_20", "the focus is taken",
          js="whenShown('#cb [data-cb=accept]', (button) => button.focus());"),
    Wrong("test_21", "three requests", js="""addEventListener("load", () => {
        for (const number of [1, 2]) document.head.append(Object.assign(
            document.createElement("script"),
            { src: document.querySelector("script[src*=banner]").src + "&" + number })); });"""),
    Wrong("test_21", "the page moves", js="""whenShown("#cb", () => setTimeout(() => {
        document.body.prepend(Object.assign(document.createElement("div"), { id: "push" }));
    }, 40));""", css="#push { height: 200px }"),
    Wrong("test_22", "a style attribute",
          js="whenShown('#cb', (layer) => layer.setAttribute('style', 'color: red'));"),
    Wrong("test_22", "markup from text", js="""whenShown("#cb h2", (line) => {
        try { line.innerHTML = line.textContent; } catch { } });"""),
    Wrong("test_22", "code from text", js="try { eval('1'); } catch { }"),
    Wrong("test_22", "the nonce is lost",
          js="whenShown('script[data-purpose]', (held) => { held.nonce = ''; });"),
    Wrong("test_23", "no record", js="onPost(() => new Promise(() => 0));"),
    Wrong("test_23", "two records", js="""onPost(async (said, send) => {
        await send({ ...said, id: crypto.randomUUID() });
        return send(said);
    });"""),
    Wrong("test_23", "another manner",
          js="onPost((said, send) => send({ ...said, method: 'choices' }));"),
    Wrong("test_23", "another page",
          js="onPost((said, send) => send({ ...said, page: '/' }));"),
    Wrong("test_23", "the record says yes", js="""onPost((said, send) => {
        for (const code of Object.keys(said.answers)) said.answers[code] = true;
        return send(said);
    });"""),
    Wrong("test_24", "the signal is not heard",
          js="Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => false });"),
    Wrong("test_24", "the signal counts as a click",
          js="onPost((said, send) => send({ ...said, method: 'refuse_all' }));"),
    Wrong("test_24", "asked all the same",
          js="addEventListener('load', () => document.body.append(Object.assign("
             "document.createElement('section'), { id: 'cb' })));"),
    Wrong("test_25_the_client_refuses_without", "a label that says no clear word",
          js="whenShown('#cb [data-cb=reject]', (one) => { one.textContent = 'Hmm'; });"),
    Wrong("test_25", "a shadow root", js=_SHADOW),
    Wrong("test_25", "only real fingers count",
          js="byHand('#cb', (event) => event.isTrusted || event.stopImmediatePropagation());"),
    Wrong("test_25_the_client_refuses_without", "the node stays", js=_LEAVE_NODE),
    Wrong("test_e1", "each visit prolongs", js="""const kept = jar.get.call(document);
        if (kept.includes("privacy_choice"))
            document.cookie = kept + ";path=/;max-age=15552000";"""),
    Wrong("test_e2", "asked again for other words",
          js=f"{_PAST_CHOICE} document.cookie = 'privacy_choice=;path=/;max-age=0';"),
    Wrong("test_e3", "nothing is denied first",
          js="self.dataLayer = []; self.dataLayer.push = function (said) {"
             " if (said[1] === 'update') Array.prototype.push.call(this, said); };"),
    Wrong("test_e3", "the answer is not told",
          js="self.dataLayer = []; self.dataLayer.push = function (said) {"
             " if (said[1] === 'default') Array.prototype.push.call(this, said); };"),
    Wrong("test_e4", "the focus falls to the body",
          js="document.addEventListener('privacy:change', () => document.activeElement.blur());"),
    Wrong("test_e5", "the banner fades out", js=_LEAVE_NODE),
    Wrong("test_e6", "it is printed", "@media print { #cb { display: flex !important } }"),
    Wrong("test_e7", "edges made of shadow", "#cb, #cb * { border: 0 !important }"),
    Wrong("test_e8", "left to right in Arabic",
          "#cb, #cb * { direction: ltr !important }", language="ar"),
    Wrong("test_e9", "held scripts run when nothing is known", js=_RUN_HELD),
    Wrong("test_e10", "a long-winded refusal",
          words={"reject": "Refuser tous les cookies sauf ceux qui sont nécessaires"}),
    Wrong("test_every_language_fits", "large labels that do not wrap",
          "#cb [data-cb] { font-size: 22px !important; white-space: nowrap !important }"),
    Wrong("test_an_embed_is_shown_once", "once means for good",
          js="byHand('[data-cb=once]', () => privacyBanner.accept());"),
    Wrong("test_an_answer_given_while", "an answer that failed is forgotten",
          js="addEventListener('pagehide', () => localStorage.clear());"
             "localStorage.removeItem('privacy_pending');"),
    Wrong("test_answers_given_without_a_line", "what was away is sent twice",
          js="""onPost(async (said, send) => {
        await send({ ...said, id: crypto.randomUUID() });
        return send(said);
    });"""),
    Wrong("test_a_blocked_script", "held scripts run without the banner", js=_RUN_HELD),
    Wrong("test_a_slow_line", "held scripts run before the banner", js=_RUN_HELD),
    Wrong("test_blocked_cookies", "what is not stored is taken as given", js=_RUN_HELD),
    Wrong("test_a_page_without_scripts", "no way back without scripts",
          "#manage { display: none }"),
]  # fmt: skip
