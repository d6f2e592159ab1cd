// The tag in React 19.
import type {} from 'connect-outlook/react';

export const Button = () => (
  <connect-outlook
    backend="/outlook"
    mode="popup"
    login-hint="ada@contoso.example"
    className="wide"
    onconnect-outlook:connected={(event) => console.log(event.detail.account.address)}
  />
);

// @ts-expect-error: there is no such mode
export const Wrong = () => <connect-outlook mode="window" />;
