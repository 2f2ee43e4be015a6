package dev.weft.proxy.identity;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.grpc.client.GrpcClient;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** A proxy that lives for months renews its certificate, and reconnects, very often. */
class ControlPlaneTlsTest {
  private static final int CLIENTS = 50;
  private static final JoinToken TOKEN =
      new JoinToken("weft1.x", "default", "hello", Instant.MAX, "0".repeat(64));

  @Test
  void nothingIsLeftOfAClosedClient() throws Exception {
    Vertx vertx = Vertx.vertx();
    try {
      long before = clients();
      for (int i = 0; i < CLIENTS; i++) {
        GrpcClient client = GrpcClient.client(vertx, ControlPlaneTls.enrolling(TOKEN));
        client.close().await(5, TimeUnit.SECONDS);
      }
      // others may come and go in other tests meanwhile
      await().until(() -> clients() < before + CLIENTS / 2);
    } finally {
      vertx.close().await(5, TimeUnit.SECONDS);
    }
  }

  /** How many there are after a collection, as {@code jcmd GC.class_histogram} counts them. */
  private static long clients() throws Exception {
    Object text =
        ManagementFactory.getPlatformMBeanServer()
            .invoke(
                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "gcClassHistogram",
                new Object[] {new String[0]},
                new String[] {String[].class.getName()});
    return text.toString()
        .lines()
        .map(line -> line.strip().split("\\s+"))
        .filter(fields -> fields.length > 3)
        .filter(fields -> fields[3].equals("io.vertx.core.http.impl.HttpClientImpl"))
        .collect(Collectors.summingLong(fields -> Long.parseLong(fields[1])));
  }
}
