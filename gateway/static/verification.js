"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const button = document.getElementById("confirm");
  const token = page.takeToken();
  if (!token) {
    button.disabled = true;
    page.say("Ce lien est incomplet. Ouvrez-le de nouveau depuis le message reçu.", false);
    return;
  }
  button.addEventListener("click", async function () {
    button.disabled = true;
    if (await page.post("/directory/v1/accounts/verification", { token: token })) {
      page.say("Votre adresse est confirmée. Vous pouvez vous connecter.", true);
    } else {
      button.disabled = false;
    }
  });
});
