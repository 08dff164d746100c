// Helps for forms. No article has one, so this is no part of the script of every page.
// After an error, the list of what to mend gets the focus.
document.querySelector(".errors")?.focus();
// A second press on a slow line would send twice; the server would know, the reader would worry. After three seconds a
// press counts again: the reader may have stopped the page or come back to it.
let sent = -3000;
addEventListener("submit", (event) => {
  if (event.timeStamp - sent < 3000) event.preventDefault();
  else sent = event.timeStamp;
});
