// What handlers are called with, by `Service/handler` or by the handler's name alone; every other one gets "Ada". An
// input that a handler cannot use is a test too: both SDKs must then answer the same.
const location = { long: 1, lat: 2 };
const delivery = { deliveryId: "d", restaurantId: "r", restaurantLocation: location, customerLocation: location };
const subscription = { userId: "ada", creditCard: "1234", subscriptions: ["News", "Weather"] };
const ticket = { ticketId: "t", price: 1, customerEmail: "ada@example.com", concertDate: "2030-01-01" };
const order = { id: "o", restaurantId: "r", products: [], totalCost: 1, deliveryDelay: 0, items: [{ id: "i" }] };

export const inputs = {
  greet: { name: "Ada" },
  "greeter/greet": "Ada",
  "SubscriptionService/add": subscription,
  "SubscriptionSaga/add": { ...subscription, subscriptions: ["News", "Disney"] },
  "ParallelSubscriptionService/add": subscription,
  "ConcertTicketingService/buy": ticket,
  "PaymentService/charge": ticket,
  "EmailService/emailTicket": ticket,
  "delivery-manager/start": order,
  "driver-delivery-matcher/requestDriverForDelivery": { promiseId: "d" },
  "driver-digital-twin/assignDeliveryJob": delivery,
  "driver-digital-twin/handleDriverLocationUpdateEvent": location,
  "order-status/setETA": 5,
  "order-status/eventHandler": 5,
  "order-workflow/run": order,
  "CronJobInitiator/create": { cronExpression: "0 0 * * *", service: "TaskService", method: "executeTask" },
  "CronJob/initiate": { cronExpression: "0 0 * * *", service: "TaskService", method: "executeTask" },
  "package-tracker/registerPackage": { finalDestination: "Turin", locations: [] },
  "package-tracker/updateLocation": { timestamp: "noon", location: "Milan" },
  "worker/run": { description: "to be or not" },
  "worker/runSubtask": { description: "to be" },
  "queue/push": { awakeable: "none", priority: 1 },
  "myService/expensiveMethod": { left: 1, right: 2 },
  "promises/reject": "no",
  "promise/resolve": { promiseId: "p", value: 1 },
  "promise/reject": { promiseId: "p", errorMessage: "no" },
  "promise/peek": { promiseId: "p" },
  "promise/await": { promiseId: "p" },
  "promise/dispose": { promiseId: "p" },
  "limiter/reserve": { n: 1 },
  "limiter/setRate": { newLimit: 1, newBurst: 1 },
  "Payments/process": { amount: 1, currency: "EUR", customerId: "c", orderId: "o" },
  "payment/run": { amount: 1, account: "a" },
  "payment/paymentWebhook": "a",
  "counter/add": 2,
  "signals/resolve": { invocationId: "inv_1fVH8UjvrPHl4LWDyYN3pnGQt4nVROlDR3", signal: "p1", value: "v" },
  "signals/reject": { invocationId: "inv_1fVH8UjvrPHl4LWDyYN3pnGQt4nVROlDR3", signal: "p1", value: "v" },
  "dataUploader/resultAsEmail": { email: "ada@example.com" },
  "ActionsExample/serviceCallsExample": { userId: "ada", orderId: "o", order },
  "delivery-tracker/register": { locations: [] },
  "delivery-tracker/setLocation": location,
  "OrderService/process": order,
  "BookingWorkflow/run": { customerId: "ada", flight: {}, car: {}, hotel: {} },
  "UserSignup/run": { name: "Ada", email: "ada@example.com" },
  "my-agent/run": { message: "Hello" },
};

/** Handlers that take longer than the others: they sleep. */
export const patienceMs = {
  "worker/run": 60_000,
  "worker/runSubtask": 20_000,
  "myService/expensiveMethod": 20_000,
  "machineOperator/setUp": 20_000,
  "machineOperator/tearDown": 20_000,
};

/** Handlers whose answer depends on the time, or on how far another one has come: only the status counts. */
export const racing = new Set(["SignupWithQueriesWorkflow/getStatus", "limiter/tokens"]);

/** Programs that answer differently on purpose, with the reason; by the end of their path. */
export const improved = new Map([
  [
    "packages/examples/node/src/ingress_client.ts",
    "the official client sends a content type that the caller gives twice, and gets a 400; ours sends it once",
  ],
]);
