// What the page does without scripts it does with them too; this only mends what htmx leaves open.

// An answer that is an error is not swapped into the page: go to it as a whole page instead.
document.addEventListener("htmx:responseError", (event) => {
  window.location.assign(event.detail.pathInfo.finalRequestPath);
});

// A key makes one post. A page that comes back from the browser's memory after its form was sent needs a new one.
window.addEventListener("pageshow", (event) => {
  if (event.persisted && document.documentElement.dataset.sent) {
    window.location.reload();
  }
});

// The second click of a double click is not sent; a later one is, for the first may have come to nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") {
    return;
  }
  if (Date.now() - Number(form.dataset.sent) < 2000) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = Date.now();
  document.documentElement.dataset.sent = "yes";
});
