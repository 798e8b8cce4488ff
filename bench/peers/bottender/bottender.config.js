// `sync` answers 200 after the reply is delivered and the session saved, the order that Doorstep promises too.
module.exports = {
  session: {
    driver: 'redis',
    stores: { redis: { host: '127.0.0.1', port: Number(process.env.REDIS_PORT) } },
  },
  initialState: { step: '', tries: 0, email: '' },
  channels: {
    messenger: {
      enabled: true,
      path: '/webhook',
      sync: true,
      pageId: process.env.PAGE_ID,
      accessToken: process.env.PAGE_TOKEN,
      appId: '1',
      appSecret: process.env.APP_SECRET,
      verifyToken: process.env.VERIFY_TOKEN,
      origin: process.env.GRAPH_URL,
    },
  },
};
