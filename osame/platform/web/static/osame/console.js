// 納めの画面の動き。なくても使えることに、速さと便利さだけを足す。行内の文は使わない（CSP）。
"use strict";

(() => {
  const SINGLE_KEYS = "osame-single-keys";
  const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const singleKeys = () => localStorage.getItem(SINGLE_KEYS) !== "off";
  let going = 0;

  // ── キーボード ──
  const rows = () => [...document.querySelectorAll("main table.data tbody tr")].filter((row) => row.querySelector("a, button"));
  const step = (by) => {
    const all = rows();
    if (!all.length) return;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
    next.querySelector("a, button").focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) {
      const form = event.target.closest("form");
      if (form) { event.preventDefault(); form.requestSubmit(); }
      return;
    }
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !singleKeys()) return;
    if (document.querySelector("dialog[open]")) return;
    if (Date.now() - going < 1500) {
      going = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    const acts = {
      "/": () => document.querySelector("[data-search]")?.focus(),
      "?": () => document.getElementById("keys-dialog")?.showModal(),
      "g": () => { going = Date.now(); },
      "j": () => step(1),
      "k": () => step(-1),
    };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });

  // ── 開く・閉じる ──
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) { document.getElementById(opener.dataset.open)?.showModal(); return; }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    document.querySelectorAll("details.menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    const all = event.target.closest("[data-check-all]");
    if (all) all.closest("form, table").querySelectorAll(`input[name="${all.dataset.checkAll}"]`).forEach((box) => { box.checked = all.checked; });
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-single-keys]")) {
      localStorage.setItem(SINGLE_KEYS, event.target.checked ? "on" : "off");
      document.querySelectorAll("[data-single-keys]").forEach((box) => { box.checked = event.target.checked; });
    }
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // ── 二度押し ──
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.dataset.again !== undefined) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 5000);
  });

  // ── 下書き ──
  const fieldsOf = (form) => {
    const kept = new FormData();
    for (const [name, value] of new FormData(form)) {
      const field = form.elements[name];
      if (typeof value === "string" && !(field instanceof HTMLElement && (field.type === "password" || field.dataset.noDraft !== undefined))) kept.append(name, value);
    }
    return kept;
  };
  const draftAddress = (form) => `/console/drafts/${encodeURIComponent(form.dataset.draft)}/`;
  const token = () => JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  const startDraft = async (form) => {
    if (form.dataset.drafting) return;
    form.dataset.drafting = "1";
    let timer = 0;
    const save = () => fetch(draftAddress(form), { method: "POST", headers: token(), body: fieldsOf(form) });
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(save, 800); });
    form.addEventListener("submit", () => clearTimeout(timer));
    const answer = await fetch(draftAddress(form));
    if (!answer.ok || !(answer.headers.get("Content-Type") || "").startsWith("application/json")) return;
    const draft = await answer.json();
    if (!draft.fields || form.dataset.draftOffered === "no") return;
    offer(form, draft);
  };
  const offer = (form, draft) => {
    const notice = document.createElement("div");
    notice.className = "notice";
    notice.dataset.kind = "info";
    const when = new Date(draft.saved_at).toLocaleString("ja-JP", { month: "numeric", day: "numeric", hour: "numeric", minute: "2-digit" });
    const told = document.createElement("p");
    told.textContent = `${when}の下書きがあります。`;
    const use = document.createElement("button");
    use.type = "button"; use.className = "small"; use.textContent = "続きから書く";
    const drop = document.createElement("button");
    drop.type = "button"; drop.className = "small second"; drop.textContent = "捨てる";
    use.addEventListener("click", () => {
      for (const [name, value] of Object.entries(draft.fields)) {
        const field = form.elements[name];
        if (field instanceof RadioNodeList) field.value = value;
        else if (field && field.type === "checkbox") field.checked = value !== "";
        else if (field && field.type !== "hidden") field.value = value;
      }
      notice.remove();
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    drop.addEventListener("click", () => {
      fetch(draftAddress(form), { method: "POST", headers: token(), body: new URLSearchParams({ discard: "1" }) });
      notice.remove();
    });
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(use, drop);
    notice.append(told, buttons);
    form.prepend(notice);
  };

  // ── 個人番号は、三十秒で消える ──
  const startReveal = (shown) => {
    if (shown.dataset.counting) return;
    shown.dataset.counting = "1";
    const until = Date.now() + Number(shown.dataset.reveal) * 1000;
    const left = shown.querySelector("[data-left]");
    const tick = () => {
      const rest = Math.ceil((until - Date.now()) / 1000);
      if (rest <= 0) { shown.replaceChildren(document.createTextNode("表示を終えました。")); shown.classList.remove("reveal"); return; }
      if (left) left.textContent = `あと${rest}秒`;
      setTimeout(tick, 250);
    };
    tick();
  };

  // ── 落として取り込む ──
  const startDrop = (area) => {
    if (area.dataset.ready) return;
    area.dataset.ready = "1";
    const input = area.querySelector("input[type=file]");
    const name = area.querySelector("[data-file-name]");
    const told = () => {
      const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
      const over = input.dataset.most && size > Number(input.dataset.most);
      input.setCustomValidity(over ? "ファイルが大きすぎます。分けて落とすか、分割して送るよう、送付元に依頼してください。" : "");
      if (over) input.reportValidity();
      if (name) name.textContent = [...input.files].map((file) => `${file.name}（${file.size.toLocaleString("ja-JP")}バイト）`).join("、");
    };
    ["dragenter", "dragover"].forEach((kind) => area.addEventListener(kind, (event) => { event.preventDefault(); area.classList.add("over"); }));
    ["dragleave", "drop"].forEach((kind) => area.addEventListener(kind, () => area.classList.remove("over")));
    area.addEventListener("drop", (event) => { event.preventDefault(); input.files = event.dataTransfer.files; told(); });
    input.addEventListener("change", told);
  };

  const start = (root) => {
    root.querySelectorAll("form[data-draft]").forEach(startDraft);
    root.querySelectorAll("[data-reveal]").forEach(startReveal);
    root.querySelectorAll(".drop").forEach(startDrop);
    root.querySelectorAll("[data-single-keys]").forEach((box) => { box.checked = singleKeys(); });
    root.querySelector("[data-focus]")?.focus();
  };
  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.querySelector("[data-narrow-menu]");
    if (menu) {
      const wide = matchMedia("(min-width: 64.01rem)");
      const fit = () => { menu.open = wide.matches; };
      wide.addEventListener("change", fit);
      fit();
    }
    start(document);
  });
  document.addEventListener("htmx:load", (event) => start(event.target));
  document.addEventListener("htmx:responseError", () => {
    const notices = document.getElementById("notices");
    if (!notices) return;
    const told = document.createElement("div");
    told.className = "notice"; told.dataset.kind = "error";
    const words = document.createElement("p");
    words.textContent = "処理できませんでした。時間をおいてやり直し、続くときはシステム管理者に連絡してください。";
    told.append(words);
    notices.replaceChildren(told);
  });
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll("[data-printed-at]").forEach((place) => { place.textContent = new Date().toLocaleString("ja-JP"); });
  });
})();
