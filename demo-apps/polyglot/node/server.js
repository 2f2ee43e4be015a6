// Version 2 of the shop's cart: the same answers as version 1, in Node.
'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const { values: options } = parseArgs({
  options: { port: { type: 'string' }, name: { type: 'string', default: 'cart-v2' } },
});
const proto = grpc.loadPackageDefinition(
  loader.loadSync(path.join(__dirname, 'shop.proto'), { keepCase: true, longs: String }),
).weft.shop.v1;

function upload(call, answer) {
  let items = 0;
  let total = 0n;
  call.on('data', (item) => {
    items += item.quantity;
    total += BigInt(item.quantity) * BigInt(item.price_cents);
  });
  call.on('end', () =>
    answer(null, { items, total_cents: total.toString(), served_by: options.name, version: 'v2' }),
  );
}

const server = new grpc.Server();
server.addService(proto.Cart.service, { Upload: upload });
server.bindAsync(`127.0.0.1:${options.port}`, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(`cart: ${error.message}`);
    process.exit(1);
  }
  console.log('READY', options.port);
});
process.on('SIGTERM', () => server.tryShutdown(() => process.exit(0)));
