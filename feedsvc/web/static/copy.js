// Copies the address of a feed; without this script the address can be marked and copied by hand.
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
  document.getElementById("status").textContent = button.dataset.copied;
}

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}
