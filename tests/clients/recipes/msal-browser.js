const { createStandardPublicClientApplication } = window.msal;

export const app = (authority) =>
  createStandardPublicClientApplication({
    auth: {
      clientId: "c0ffee00-0000-4000-8000-000000000004",
      authority: `${authority}/common`,
      knownAuthorities: [new URL(authority).host],
      redirectUri: "/spa-callback",
    },
  });
