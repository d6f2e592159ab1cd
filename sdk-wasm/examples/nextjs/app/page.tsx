import { Inbox } from './Inbox';

// Rendered on the server, the button included; the browser brings it to life.
export default function Page() {
  return (
    <>
      <h1>Inbox</h1>
      <Inbox />
    </>
  );
}
