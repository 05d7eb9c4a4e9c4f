"use strict";
// What the pages reached from a mail have in common.
const page = {
  // The token leaves the address bar and the history as soon as it is read.
  takeToken: function () {
    const token = new URLSearchParams(window.location.search).get("token");
    window.history.replaceState(null, "", window.location.pathname);
    return token;
  },

  say: function (text, good) {
    const result = document.getElementById("result");
    result.textContent = text;
    result.className = "notice " + (good ? "good" : "bad");
    result.hidden = false;
  },

  // Sends `body`, signed in when there is an access token, and resolves to what was answered, or to null once a refusal has been said.
  post: function (address, body, accessToken) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    if (accessToken) {
      headers.Authorization = "Bearer " + accessToken;
    }
    return page.ask(address, { method: "POST", headers: headers, body: body && JSON.stringify(body) }, {});
  },

  // Resolves to what is read there, or to null; `quiet` says nothing of a refusal.
  read: function (address, options) {
    return page.ask(address, { headers: {} }, options || {});
  },

  ask: async function (address, request, options) {
    try {
      request.headers["Accept-Language"] = "fr";
      const answer = await fetch(address, request);
      const text = await answer.text();
      const content = text ? JSON.parse(text) : {};
      if (answer.ok) {
        return content;
      }
      if (!options.quiet) {
        const details = (content.errors || []).map((error) => error.detail);
        page.say([content.title + ".", content.detail, ...details].filter(Boolean).join(" "), false);
      }
    } catch {
      page.say("La plateforme ne répond pas. Réessayez dans un instant.", false);
    }
    return null;
  },
};
