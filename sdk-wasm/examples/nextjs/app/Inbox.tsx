'use client';

import type { MessageSummary } from 'connect-outlook';
import type { ConnectOutlookElement } from 'connect-outlook/element';
import type {} from 'connect-outlook/react';
import { useEffect, useRef, useState } from 'react';

export function Inbox() {
  const button = useRef<ConnectOutlookElement>(null);
  const [messages, setMessages] = useState<MessageSummary[]>([]);

  // By hand, because React binds no events of custom elements that were rendered on the server.
  useEffect(() => {
    const element = button.current!;
    const list = async () => setMessages((await element.outlook.mail.messages({ limit: 10 })).messages);
    const clear = () => setMessages([]);
    element.addEventListener('connect-outlook:connected', list);
    element.addEventListener('connect-outlook:disconnected', clear);
    // Only now: the element may have something to tell at once.
    void import('connect-outlook/element');
    return () => {
      element.removeEventListener('connect-outlook:connected', list);
      element.removeEventListener('connect-outlook:disconnected', clear);
    };
  }, []);

  return (
    <>
      <connect-outlook ref={button} backend="/outlook" />
      <ul id="inbox">
        {messages.map(({ id, subject }) => (
          <li key={id}>{subject}</li>
        ))}
      </ul>
    </>
  );
}
