// What Medusa is started with. Addresses and secrets come from the environment.
const { defineConfig } = require("@medusajs/framework/utils")

module.exports = defineConfig({
  projectConfig: {
    databaseUrl: process.env.DATABASE_URL,
    databaseDriverOptions: { connection: { ssl: false } },
    http: {
      adminCors: "http://localhost",
      authCors: "http://localhost",
      storeCors: "http://localhost",
      cookieSecret: process.env.COOKIE_SECRET,
      jwtSecret: process.env.JWT_SECRET,
    },
  },
  modules: [
    {
      resolve: "@medusajs/medusa/payment",
      options: { providers: [{ resolve: require.resolve("./bank-transfer.js"), id: "later" }] },
    },
    {
      resolve: "@medusajs/medusa/order",
      options: {
        // Shops may give their orders numbers of their own. This one does so in America.
        generateCustomDisplayId: async (order) => (order.currency_code === "usd" ? "US-2026/0042" : undefined),
      },
    },
  ],
  admin: { disable: true },
})
