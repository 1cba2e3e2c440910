// What a page does beyond HTML. Without this script an address can be marked and copied by hand.
"use strict";

async function copy(button) {
  const address = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(address.value);
  } catch {
    // There is no clipboard on a page that came without TLS.
    address.select();
    if (!document.execCommand("copy")) return;
  }
  const said = button.dataset.said ??= button.textContent;
  button.textContent = button.dataset.copied;
  document.getElementById("status").textContent = button.dataset.copied;
  setTimeout(() => { button.textContent = said; }, 3000);
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

// What scrolls must be reachable with the keys; not every browser sees to that itself.
for (const wide of document.querySelectorAll(".content, .content pre, .content table")) {
  if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
}
