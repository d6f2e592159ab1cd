import { discovery } from "openid-client";

const { AZURE_AUTHORITY_HOST, AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET } = process.env;

const issuer = new URL(`${AZURE_AUTHORITY_HOST}/${AZURE_TENANT_ID}/v2.0`);
export const config = await discovery(issuer, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET);
