package dev.weft.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The services of the shop as programs of their own, called directly: the load must find their
 * answers right.
 */
class ShopServicesTest {
  private static final int CALLS = 60;
  private final List<Process> programs = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    channels.forEach(ManagedChannel::shutdownNow);
    for (Process program : programs) {
      program.destroyForcibly().waitFor();
    }
  }

  @Test
  void unaryAnswersAreRight() throws Exception {
    var calls = new GrpcCalls(channel(start("catalog")), channel(1), channel(1));
    assertThat(outcomes(calls::unary)).allMatch(Outcome.Right.class::isInstance);
  }

  @Test
  void serverStreamsAreRightAndInOrder() throws Exception {
    var calls = new GrpcCalls(channel(1), channel(start("recommendations")), channel(1));
    assertThat(outcomes(calls::serverStream)).allMatch(Outcome.Right.class::isInstance);
  }

  @Test
  void clientStreamsAreAddedUp() throws Exception {
    var calls = new GrpcCalls(channel(1), channel(1), channel(start("cart")));
    assertThat(outcomes(calls::clientStream)).allMatch(Outcome.Right.class::isInstance);
  }

  @Test
  void everybodyInARoomHearsTheSame() throws Exception {
    var calls = new ChatCalls(channel(start("chat")));
    assertThat(outcomes(calls::session)).allMatch(Outcome.Right.class::isInstance);
  }

  @Test
  void theLedgerAddsUpAndTheStorefrontAsksTheCatalog() throws Exception {
    int catalog = start("catalog");
    Vertx vertx = Vertx.vertx();
    try {
      var ledger = new HttpCalls(vertx, "127.0.0.1", start("ledger"));
      assertThat(outcomes(ledger::ledger)).allMatch(Outcome.Right.class::isInstance);
      var storefront =
          new HttpCalls(
              vertx, "127.0.0.1", start("storefront", "--outbound", "127.0.0.1:" + catalog));
      assertThat(outcomes(storefront::storefront)).allMatch(Outcome.Right.class::isInstance);
    } finally {
      vertx.close().await(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void anAnswerOfTheWrongServiceIsAFailure() throws Exception {
    int catalog = start("catalog");
    var calls = new GrpcCalls(channel(1), channel(catalog), channel(catalog));
    assertThat(outcomes(calls::serverStream)).allMatch(Outcome.Wrong.class::isInstance);
    assertThat(outcomes(calls::clientStream)).allMatch(Outcome.Wrong.class::isInstance);
  }

  private static List<Outcome> outcomes(BiConsumer<Integer, Outcome.Listener> call)
      throws InterruptedException {
    BlockingQueue<Outcome> ended = new LinkedBlockingQueue<>();
    for (int i = 0; i < CALLS; i++) {
      call.accept(i, ended::add);
    }
    List<Outcome> outcomes = new ArrayList<>();
    while (outcomes.size() < CALLS) {
      Outcome outcome = ended.poll(60, TimeUnit.SECONDS);
      assertThat(outcome).as("an outcome for call %s", outcomes.size()).isNotNull();
      outcomes.add(outcome);
    }
    return outcomes;
  }

  private ManagedChannel channel(int port) {
    ManagedChannel channel =
        Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create()).build();
    channels.add(channel);
    return channel;
  }

  private int start(String role, String... more) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.weft.demo.Main",
                "app",
                role,
                "--port",
                Integer.toString(port),
                "--name",
                role + "-1"));
    command.addAll(List.of(more));
    Process program =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    programs.add(program);
    BufferedReader output = program.inputReader();
    String line = output.readLine();
    while (line != null && !line.startsWith("READY")) {
      line = output.readLine();
    }
    assertThat(line).as("what %s says", role).isEqualTo("READY " + port);
    return port;
  }
}
