// What a page must not do while it is open: speak to the console, fail, break its own policy, ask, open windows, or request
// anything but itself. Says of each what and where.

/** Watches `page`, which is to show `address`; what it does wrong is added to the list that is returned. */
export async function watch(page, address) {
  const faults = [];
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("crash", () => faults.push("the page crashed"));
  page.on("popup", (popup) => faults.push(`a window was opened: ${popup.url()}`));
  page.on("download", (download) => faults.push(`a download was begun: ${download.url()}`));
  page.on("dialog", (dialog) => {
    faults.push(`it asked: ${dialog.message()}`);
    dialog.dismiss();
  });
  const own = address.split("#")[0];
  const expected = (url) => url.split("#")[0] === own;
  page.on("request", (request) => {
    if (!expected(request.url())) faults.push(`it requested ${request.url().slice(0, 200)}`);
  });
  page.on("framenavigated", (frame) => {
    if (frame !== page.mainFrame() || !["about:blank", own].includes(frame.url().split("#")[0])) {
      faults.push(`it went to ${frame.url().slice(0, 200)}`);
    }
  });
  await page.addInitScript(() => {
    // The console tells of most violations, this of all.
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return faults;
}
