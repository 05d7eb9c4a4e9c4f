"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const ask = document.getElementById("ask");
  const choose = document.getElementById("choose");
  const token = page.takeToken();
  (token ? choose : ask).hidden = false;

  async function send(form, address, body) {
    const button = form.querySelector("button");
    button.disabled = true;
    const answered = await page.post(address, body);
    button.disabled = false;
    return answered;
  }

  ask.addEventListener("submit", async function (event) {
    event.preventDefault();
    const answered = await send(ask, "/directory/v1/password-resets", { email: document.getElementById("email").value });
    if (answered) {
      ask.hidden = true;
      page.say(answered.message, true);
    }
  });

  choose.addEventListener("submit", async function (event) {
    event.preventDefault();
    const password = document.getElementById("password").value;
    if (await send(choose, "/directory/v1/password-resets/confirmation", { token: token, password: password })) {
      choose.hidden = true;
      page.say("Votre mot de passe est changé. Connectez-vous avec le nouveau.", true);
    }
  });
});
