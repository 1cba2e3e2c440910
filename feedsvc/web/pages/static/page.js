// Copy buttons and keyboard scrolling. Without this script, addresses can be copied by hand.
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

// Scrollable elements must be reachable with the keyboard; not every browser ensures that.
for (const wide of document.querySelectorAll(".content, .content pre, .content table")) {
  if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}
