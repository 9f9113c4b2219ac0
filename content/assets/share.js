// The device's own way to send reaches apps that take no link, such as Signal, and loads nothing before it is chosen.
for (const tools of document.querySelectorAll("[data-share]")) {
  if (!navigator.share) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn alt small";
  button.textContent = tools.dataset.label;
  button.addEventListener("click", () => {
    // Somebody who changes their mind has shared nothing.
    navigator.share({ text: document.getElementById(tools.dataset.share).textContent }).catch(() => {});
  });
  tools.append(button);
}
