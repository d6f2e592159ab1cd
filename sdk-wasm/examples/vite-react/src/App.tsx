import type { MessageSummary } from 'connect-outlook';
import type { ConnectOutlookElement } from 'connect-outlook/element';
import type {} from 'connect-outlook/react';
import { useRef, useState } from 'react';

export function App() {
  const button = useRef<ConnectOutlookElement>(null);
  const [messages, setMessages] = useState<MessageSummary[]>([]);

  async function list() {
    const page = await button.current?.outlook.mail.messages({ limit: 10 });
    setMessages(page?.messages ?? []);
  }

  return (
    <>
      <h1>Inbox</h1>
      <connect-outlook
        ref={button}
        backend="/outlook"
        onconnect-outlook:connected={list}
        onconnect-outlook:disconnected={() => setMessages([])}
      />
      <ul id="inbox">
        {messages.map(({ id, subject }) => (
          <li key={id}>{subject}</li>
        ))}
      </ul>
    </>
  );
}
