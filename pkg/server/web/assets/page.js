// Fetches the page anew and replaces its content, unless nobody sees it, or
// somebody has selected a part of it.
"use strict";

const everyMs = 5000;

async function refresh() {
  if (!document.hidden && getSelection().isCollapsed) {
    try {
      const answer = await fetch("/", { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const next = new DOMParser().parseFromString(await answer.text(), "text/html");
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
