// Shows another address of the same page without leaving it: fetches it and changes only
// what differs, so that focus, scroll position and open menus stay. Back and forward do
// the same. Without this file links and forms load the page as usual.
"use strict";

const swap = (() => {
  const LINKS = ":is(.filters, .ranges, .chips, .bands, .badges, thead) a";
  // What depends on the address, or on what is stored.
  const PARTS = ["body > header", "#main", "body > footer"];
  // Whether a part is open is up to the person, not to the server.
  const LEFT_ALONE = ["open", "hidden"];
  const address = ({ pathname, search }) => pathname + search;
  let shown = address(location);
  // Whether it is looked at again, rather than another address.
  let isSamePage = false;
  let request = null;
  const status = document.createElement("p");
  status.className = "unseen";
  status.role = "status";
  document.body.append(status);

  // A row is of what it links to, so that what was chosen of it stays with it.
  const rowOf = (node) => node.matches("tr, li") ? node.querySelector("a[href]")?.getAttribute("href") : "";
  const nameOf = (node) => node.nodeType === Node.ELEMENT_NODE
    ? [node.nodeName, node.id, node.getAttribute("name"), node.classList[0], isSamePage && rowOf(node)].join(" ") : node.nodeName;
  const isSame = (one, other) => nameOf(one) === nameOf(other);

  // Makes `old` what `fresh` is, keeping each element that has a counterpart.
  function morph(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== Node.ELEMENT_NODE) { old.nodeValue = fresh.nodeValue; return; }
    if (old.matches("figure.chart")) { morphChart(old, fresh); return; }
    for (const { name } of [...old.attributes]) {
      if (!LEFT_ALONE.includes(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (!LEFT_ALONE.includes(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    morphChildren(old, fresh);
  }

  // A script has drawn it: it is replaced as a whole where its numbers or name differ.
  function morphChart(old, fresh) {
    const said = (figure) => [...figure.querySelectorAll("script, [aria-label]")]
      .map((one) => one.ariaLabel ?? one.textContent).join();
    if (said(old) !== said(fresh)) old.replaceWith(fresh.cloneNode(true));
  }

  function morphChildren(old, fresh) {
    const wanted = [...fresh.childNodes];
    let at = old.firstChild;
    wanted.forEach((next, index) => {
      while (at && !wanted.slice(index).some((one) => isSame(at, one))) at = without(at);
      if (at && isSame(at, next)) {
        const following = at.nextSibling;
        morph(at, next);
        at = following;
      } else old.insertBefore(moved(at, next) ?? next.cloneNode(true), at);
    });
    while (at) at = without(at);
  }

  // A row that stands further down now comes up with all that was done to it.
  function moved(at, next) {
    if (!isSamePage) return null;
    let row = at;
    while (row && !isSame(row, next)) row = row.nextSibling;
    if (row) morph(row, next);
    return row;
  }

  function without(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  // Changes parts of the page; who was on what is gone lands on what is nearest to it.
  function change(parts) {
    const focused = document.activeElement ?? document.body;
    const around = [];
    for (let one = focused; one; one = one.parentElement) around.push(one);
    for (const [old, fresh] of parts) morph(old, fresh);
    if (focused.isConnected) return;
    const left = around.find((one) => one.isConnected && one !== document.body);
    const target = document.getElementById(focused.id)
      ?? left?.querySelector("a, button, input, select, summary") ?? document.getElementById("main");
    target?.focus({ preventScroll: true });
  }

  // Fields say what the address says: on the way back all, else all but those in which
  // somebody is choosing or typing.
  function resetFields(isBack) {
    const { activeElement: field } = document;
    const typed = field.matches("input[type=search]") && !isBack ? field.value : null;
    for (const form of document.querySelectorAll('#main form[method="get"]')) {
      if (isBack) form.isChanged = false;
      if (!form.isChanged) form.reset();
    }
    if (typed !== null && field.value !== typed) field.value = typed;
  }

  function showParts(found) {
    const parts = PARTS.map((one) => [document.querySelector(one), found.querySelector(one)]);
    change(parts.filter(([old, fresh]) => old && fresh));
    document.title = found.title;
    document.dispatchEvent(new CustomEvent("swapped", { detail: { isSamePage } }));
  }

  function show(found, isBack) {
    showParts(found);
    resetFields(isBack);
    status.textContent = `${found.title}: updated`;
  }

  async function fetched(url, signal) {
    const answer = await fetch(url, { credentials: "same-origin", signal });
    if (!answer.ok || answer.redirected) throw new Error(`status ${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Shows the page's address. What cannot be shown here is loaded as usual: an error,
  // or the page to sign in.
  async function load(isBack) {
    shown = address(location);
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const main = document.getElementById("main");
    status.textContent = "";
    main.ariaBusy = "true";
    try {
      const found = await fetched(location.href, signal);
      if (signal.aborted) return;
      show(found, isBack);
    } catch {
      if (!signal.aborted) location.reload();
    }
  }

  // Goes to an address. It is one step of the history, or none where it is the same or
  // only goes on with the step before.
  function go(href, goesOn = false) {
    const url = new URL(href, location);
    if (url.origin !== location.origin || url.pathname !== location.pathname) location.assign(url);
    else if (address(url) === shown) resetFields(false);
    else {
      history[goesOn ? "replaceState" : "pushState"](null, "", url);
      load(false);
    }
  }

  // Looks at the page again and changes what differs. Answers whether it did: not where
  // `mayShow` says no by then, nor without an answer; null where the page is gone, or
  // signed out.
  async function refresh(mayShow) {
    const main = document.getElementById("main");
    if (main.ariaBusy === "true") return true;
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store", signal });
      if (answer.redirected || (answer.status >= 400 && answer.status < 500)) return null;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || signal.aborted || !mayShow()) return false;
      keepMessages(main, found.getElementById("main"));
      isSamePage = true;
      showParts(found);
      return true;
    } catch {
      return false;
    } finally {
      isSamePage = false;
    }
  }

  // They are said once, and are not to be read the sooner for it.
  function keepMessages(main, fresh) {
    const said = main.querySelector(":scope > .messages");
    if (said && !fresh.querySelector(":scope > .messages")) fresh.querySelector(":scope > .print-only").after(said.cloneNode(true));
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = !(event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link?.matches(LINKS) || !isPlain || link.target || link.hasAttribute("download")) return;
    if (link.pathname !== location.pathname || link.hash) return;
    event.preventDefault();
    go(link.href);
  });
  addEventListener("popstate", () => {
    if (address(location) !== shown) load(true);
  });

  return { go, refresh };
})();
