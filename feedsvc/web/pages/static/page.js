// Copy and share buttons, filters of lists, and keyboard scrolling. Without this script, addresses
// can be copied by hand, and filters are forms.
"use strict";

async function copy(button) {
  const address = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(address.value);
  } catch {
    // Browsers offer no clipboard without TLS.
    address.select();
    if (!document.execCommand("copy")) return;
  }
  const label = button.dataset.label ??= button.textContent;
  button.textContent = button.dataset.copied;
  document.getElementById("status").textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = label; }, 3000);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = !navigator.share;
  button.addEventListener("click", () => {
    // Rejected if somebody closes the dialog.
    navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {});
  });
}

// A row below another one also has the names above it: "Tea / Green".
function filter(rows, wanted, above = "") {
  let shown = 0;
  for (const row of rows.children) {
    const below = row.querySelector("ul");
    const name = above + row.querySelector(".name").textContent.toLowerCase();
    const inside = below ? filter(below, wanted, `${name} / `) : 0;
    row.hidden = !inside && !wanted.every((word) => name.includes(word));
    shown += !row.hidden;
  }
  return shown;
}

for (const form of document.querySelectorAll("[data-filter]")) {
  const rows = document.getElementById(form.dataset.filter);
  const status = form.querySelector("[role=status]");
  if (!rows) continue;
  const box = form.elements.q;
  const narrow = () => {
    const wanted = box.value.toLowerCase().split(/\s+/);
    status.textContent = filter(rows, wanted) ? "" : status.dataset.none;
  };
  box.addEventListener("input", narrow);
  // A server of files ignores the query.
  const asked = new URLSearchParams(location.search).get("q");
  if (asked && !box.value) {
    box.value = asked;
    narrow();
  }
}

// Scrollable elements must be reachable with the keyboard; not every browser ensures that.
for (const wide of document.querySelectorAll(".content, .content pre, .content table")) {
  if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}
