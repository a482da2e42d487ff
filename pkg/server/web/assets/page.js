// Fetches the page anew and replaces its content, unless that is what is shown
// already or somebody is reading (a selection, an open detail keeps its place).
"use strict";

const everyMs = 5000;

async function refresh() {
  if (!document.hidden && getSelection().isCollapsed) {
    try {
      const answer = await fetch("/", { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
      const open = new Set([...document.querySelectorAll("details[open]")].map((d) => d.dataset.key));
      for (const d of next.querySelectorAll("details")) {
        if (open.has(d.dataset.key)) d.open = true;
      }
      const here = document.querySelector("main");
      const there = next.querySelector("main");
      if (here.innerHTML !== there.innerHTML) here.replaceWith(document.adoptNode(there));
      document.title = next.title;
      document.body.classList.remove("lost");
    } catch {
      document.body.classList.add("lost");
    }
  }
  setTimeout(refresh, everyMs);
}

setTimeout(refresh, everyMs);
