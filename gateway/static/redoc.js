"use strict";
window.addEventListener("DOMContentLoaded", function () {
  Redoc.init(
    "/openapi.json",
    {
      disableSearch: true, // its index is built in a worker made of text, which our policy refuses
      hideDownloadButton: false,
      nativeScrollbars: true,
      requiredPropsFirst: true,
      theme: {
        colors: { primary: { main: "#1d4f91" } },
        typography: { fontFamily: "system-ui, sans-serif", headings: { fontFamily: "system-ui, sans-serif" }, code: { fontFamily: "ui-monospace, monospace" } },
      },
    },
    document.getElementById("redoc")
  );
});
