package dev.weft.proxy;

import dev.weft.proxy.testkit.RawClient;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The program that {@link RedirectedTest} runs in a network namespace: a proxy, and its clients.
 */
final class RedirectedCalls {
  private record Call(String host, int port, String path) {}

  private static final List<Call> CALLS =
      List.of(
          new Call("127.7.7.7", 80, "/"),
          new Call("127.8.8.8", 80, "/"),
          new Call("127.9.9.9", 80, "/"),
          new Call("::1", 80, "/"),
          new Call("127.7.7.7", 81, "/"),
          new Call("127.7.7.8", 81, "/"),
          new Call("127.0.0.1", 15001, "/"),
          new Call("127.0.0.1", 15001, "/beside"),
          new Call("127.0.0.1", 15001, "/there"),
          new Call("127.0.0.1", 15002, "/"));

  private RedirectedCalls() {}

  /** Starts a proxy from a bootstrap, and says what each call got. */
  public static void main(String[] arguments) throws Exception {
    try (Proxy proxy = FromBootstrap.start(Path.of(arguments[0]))) {
      for (Call call : CALLS) {
        System.out.println(
            "CALL %s %d %s: %s".formatted(call.host, call.port, call.path, answer(call)));
      }
    }
  }

  /** The status, where the connection is said to have led, and the body. */
  private static String answer(Call call) throws IOException {
    try (RawClient client = new RawClient(new Socket(call.host, call.port))) {
      client.send(
          "GET %s HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\n\r\n".formatted(call.path));
      String[] answer = client.readToEnd().split("\r\n");
      return Arrays.stream(answer)
          .filter(
              line ->
                  line.startsWith("HTTP/1.1 ")
                      || line.startsWith("x-led-to: ")
                      || line.matches("[a-z]+"))
          .map(line -> line.replaceFirst("^(HTTP/1.1|x-led-to:) ", "").replaceFirst(" OK$", ""))
          .collect(Collectors.joining(", "));
    }
  }
}
