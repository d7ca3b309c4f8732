// The one socket of this browser, however many tabs show pages: a shared worker, or a
// tab's own where there are none. It is named by the socket's address. A page says what it
// watches, and hears the versions of that, and whether they still arrive.
"use strict";

(() => {
  const FIRST_MS = 1000;
  const LONGEST_MS = 15000;
  const NOT_ALLOWED = 4403;
  const pages = new Map();
  let watched = new Set();
  let known = {};
  let socket = null;
  let state = "connecting";
  let failures = 0;
  let timer = 0;

  function tell(message) {
    if (message.state) state = message.state;
    for (const page of pages.keys()) page.postMessage(message);
  }

  // Says it only when there is more to watch than before.
  function subscribe() {
    const topics = new Set([...pages.values()].flat());
    if (socket?.readyState !== WebSocket.OPEN || [...topics].every((topic) => watched.has(topic))) return;
    watched = topics;
    socket.send(JSON.stringify({ subscribe: [...topics] }));
  }

  function heard({ data }) {
    const { versions, events, spread, away } = JSON.parse(data);
    failures = 0;
    if (away) { tell({ state: "away" }); return; }
    const found = versions ?? Object.fromEntries(events.map((one) => [one.kind, one.version]));
    known = { ...known, ...found };
    tell({ state: "live", versions: found, spread });
  }

  function closed({ code }) {
    socket = null;
    watched = new Set();
    known = {};
    failures += 1;
    // Nothing ever came: no such process, or something in between lets no socket through.
    tell({ state: state === "connecting" || state === "polling" ? "polling" : "reconnecting", isStale: code === NOT_ALLOWED });
    const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
    timer = setTimeout(connect, wait * (0.5 + Math.random()));
  }

  function connect() {
    timer = 0;
    if (socket || pages.size === 0) return;
    try {
      socket = new WebSocket(self.name);
    } catch {
      closed({ code: 0 });
      return;
    }
    socket.onopen = subscribe;
    socket.onmessage = heard;
    socket.onclose = closed;
  }

  function serve(page) {
    page.onmessage = ({ data: topics }) => {
      if (topics) pages.set(page, topics);
      else pages.delete(page);
      if (!topics) return;
      page.postMessage({ state, versions: known });
      subscribe();
      if (!timer) connect();
    };
  }

  if ("onconnect" in self) self.onconnect = ({ ports: [page] }) => serve(page);
  else serve(self);
})();
