import type { NextConfig } from 'next';

const backend = process.env.OUTLOOK_BACKEND ?? 'http://127.0.0.1:8400';

const config: NextConfig = {
  productionBrowserSourceMaps: true,
  // While developing; in production your web server passes /outlook/ on to `connect-outlook serve`.
  rewrites: async () => [{ source: '/outlook/:path+', destination: `${backend}/outlook/:path+` }],
};

export default config;
