import 'connect-outlook/element';

const button = document.querySelector('connect-outlook');
const inbox = document.querySelector('#inbox');

button.addEventListener('connect-outlook:connected', async () => {
  const { messages } = await button.outlook.mail.messages({ limit: 10 });
  inbox.replaceChildren(...messages.map(({ subject }) => Object.assign(document.createElement('li'), { textContent: subject })));
});
button.addEventListener('connect-outlook:disconnected', () => inbox.replaceChildren());
