package dev.weft.demo.load;

import dev.weft.demo.app.Products;
import dev.weft.shop.v1.CartGrpc;
import dev.weft.shop.v1.CartItem;
import dev.weft.shop.v1.CartSummary;
import dev.weft.shop.v1.CatalogGrpc;
import dev.weft.shop.v1.GetProductRequest;
import dev.weft.shop.v1.Product;
import dev.weft.shop.v1.RecommendRequest;
import dev.weft.shop.v1.Recommendation;
import dev.weft.shop.v1.RecommendationsGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;

/** The gRPC calls with one answer to check: unary, server streaming, client streaming. */
final class GrpcCalls {
  private static final int DEADLINE_SECONDS = 15;
  private final CatalogGrpc.CatalogStub catalog;
  private final RecommendationsGrpc.RecommendationsStub recommendations;
  private final CartGrpc.CartStub cart;

  GrpcCalls(Channel catalog, Channel recommendations, Channel cart) {
    this.catalog = CatalogGrpc.newStub(catalog);
    this.recommendations = RecommendationsGrpc.newStub(recommendations);
    this.cart = CartGrpc.newStub(cart);
  }

  void unary(int number, Outcome.Listener listener) {
    int index = Math.floorMod(number, Products.COUNT);
    catalog
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .getProduct(
            GetProductRequest.newBuilder().setId(Products.id(index)).build(),
            new Checked<Product>(listener) {
              @Override
              void check(Product product) {
                expect(
                    product.getId().equals(Products.id(index))
                        && product.getName().equals(Products.name(index))
                        && product.getPriceCents() == Products.priceCents(index),
                    "wrong product");
                answeredBy(product.getServedBy(), product.getVersion());
              }
            });
  }

  void serverStream(int number, Outcome.Listener listener) {
    int index = Math.floorMod(number, Products.COUNT);
    int count = 5 + Math.floorMod(number, 20);
    recommendations
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .recommend(
            RecommendRequest.newBuilder().setProductId(Products.id(index)).setCount(count).build(),
            new Checked<Recommendation>(listener) {
              private int next;

              @Override
              void check(Recommendation message) {
                expect(
                    message.getRank() == next
                        && message.getProductId().equals(Products.recommended(index, next)),
                    "recommendation out of order or wrong");
                next++;
                answeredBy(message.getServedBy(), message.getVersion());
              }

              @Override
              void checkEnd() {
                expect(next == count, "stream ended early");
              }
            });
  }

  void clientStream(int number, Outcome.Listener listener) {
    int lines = 3 + Math.floorMod(number, 10);
    int items = 0;
    long total = 0;
    for (int i = 0; i < lines; i++) {
      items += i + 1;
      total += (i + 1) * Products.priceCents(number + i);
    }
    int expectedItems = items;
    long expectedTotal = total;
    StreamObserver<CartItem> out =
        cart.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
            .upload(
                new Checked<CartSummary>(listener) {
                  @Override
                  void check(CartSummary summary) {
                    expect(
                        summary.getItems() == expectedItems
                            && summary.getTotalCents() == expectedTotal,
                        "wrong sum");
                    answeredBy(summary.getServedBy(), summary.getVersion());
                  }
                });
    for (int i = 0; i < lines; i++) {
      out.onNext(
          CartItem.newBuilder()
              .setProductId(Products.id(number + i))
              .setQuantity(i + 1)
              .setPriceCents(Products.priceCents(number + i))
              .build());
    }
    out.onCompleted();
  }

  /** Turns a stream of answers into one outcome. */
  private abstract static class Checked<T> implements StreamObserver<T> {
    private final Outcome.Listener listener;
    private String servedBy = "";
    private String version = "";
    private String wrong = "";
    private int messages;

    Checked(Outcome.Listener listener) {
      this.listener = listener;
    }

    abstract void check(T message);

    void checkEnd() {
      expect(messages == 1, messages + " answers instead of 1");
    }

    final void expect(boolean condition, String otherwise) {
      if (!condition && wrong.isEmpty()) {
        wrong = otherwise;
      }
    }

    final void answeredBy(String instance, String itsVersion) {
      expect(servedBy.isEmpty() || servedBy.equals(instance), "two instances in one stream");
      servedBy = instance;
      version = itsVersion;
    }

    @Override
    public final void onNext(T message) {
      messages++;
      check(message);
    }

    @Override
    public final void onError(Throwable cause) {
      Status status = Status.fromThrowable(cause);
      listener.ended(
          new Outcome.Wrong(status.getCode() + ": " + status.getDescription(), servedBy));
    }

    @Override
    public final void onCompleted() {
      checkEnd();
      listener.ended(
          wrong.isEmpty()
              ? new Outcome.Right(servedBy, version)
              : new Outcome.Wrong(wrong, servedBy));
    }
  }
}
