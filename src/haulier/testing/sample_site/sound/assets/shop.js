// Marks today in the opening hours; the page is complete without it.
"use strict";

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const today = days[new Date().getDay()];

for (const term of document.querySelectorAll("main dt")) {
  if (term.textContent.includes(today)) {
    term.append(" (today)");
  }
}
