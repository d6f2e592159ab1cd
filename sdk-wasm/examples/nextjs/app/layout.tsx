import type { ReactNode } from 'react';

import 'connect-outlook/style.css';

export const metadata = { title: 'Inbox' };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>{children}</body>
    </html>
  );
}
