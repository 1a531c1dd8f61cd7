// A way to pay where the money comes days after the order: the payment is begun, and stays so.
const { AbstractPaymentProvider, Modules, ModuleProvider } = require("@medusajs/framework/utils")

class BankTransfer extends AbstractPaymentProvider {
  static identifier = "bank-transfer"

  async initiatePayment() {
    return { id: "transfer", status: "pending", data: {} }
  }

  async authorizePayment() {
    return { status: "pending_authorization", data: {} }
  }

  async getPaymentStatus() {
    return { status: "pending_authorization" }
  }
}

// Whatever else may happen to a payment, there is nothing to do for it.
for (const name of ["capture", "refund", "cancel", "retrieve", "update", "delete"]) {
  BankTransfer.prototype[`${name}Payment`] = async () => ({ data: {} })
}

module.exports = ModuleProvider(Modules.PAYMENT, { services: [BankTransfer] })
