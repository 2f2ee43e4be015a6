package dev.weft.demo.app;

import dev.weft.shop.v1.CartGrpc;
import dev.weft.shop.v1.CartItem;
import dev.weft.shop.v1.CartSummary;
import io.grpc.stub.StreamObserver;

/** Client streaming: a cart of any size, added up. */
final class CartService extends CartGrpc.CartImplBase {
  private final Instance instance;

  CartService(Instance instance) {
    this.instance = instance;
  }

  @Override
  public StreamObserver<CartItem> upload(StreamObserver<CartSummary> response) {
    return new StreamObserver<>() {
      private int items;
      private long total;

      @Override
      public void onNext(CartItem item) {
        items += item.getQuantity();
        total += item.getQuantity() * item.getPriceCents();
      }

      @Override
      public void onError(Throwable cause) {
        // the caller went away; there is nobody to answer
      }

      @Override
      public void onCompleted() {
        response.onNext(
            CartSummary.newBuilder()
                .setItems(items)
                .setTotalCents(total)
                .setServedBy(instance.name())
                .setVersion(instance.version())
                .build());
        response.onCompleted();
      }
    };
  }
}
