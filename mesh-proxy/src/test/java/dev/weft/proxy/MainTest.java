package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.xds.model.SocketAddress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private static final String SIDECAR =
      "--control-plane cp1:7071,cp2:7071 --service shop/cart --token-file token";

  @TempDir Path folder;
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.run(arguments, new PrintWriter(err, true));
  }

  private static ProxyOptions parse(String arguments) {
    return ProxyCommand.of(arguments.split(" ")).options();
  }

  @Test
  void aSidecarsArguments() {
    ProxyOptions options =
        parse(
            SIDECAR
                + " --port grpc=8080 --port http=8081 --labels version=v2,zone=a --address 10.0.0.7"
                + " --inbound 0.0.0.0:0 --outbound [::1]:15001 --upstream shop/db:pg=5432"
                + " --concurrency 2 --drain-time 500ms --data /tmp/x");

    SidecarOptions sidecar = ((ProxyOptions.Sidecar) options.source()).options();
    assertThat(sidecar.controlPlanes())
        .isEqualTo(List.of(new SocketAddress("cp1", 7071), new SocketAddress("cp2", 7071)));
    assertThat(sidecar.namespace() + " " + sidecar.service()).isEqualTo("shop cart");
    assertThat(sidecar.ports()).isEqualTo(Map.of("grpc", 8080, "http", 8081));
    assertThat(sidecar.labels()).isEqualTo(Map.of("version", "v2", "zone", "a"));
    assertThat(sidecar.upstreams()).isEqualTo(Map.of("db.shop/pg", 5432));
    assertThat(sidecar.outbound()).isEqualTo(new SocketAddress("::1", 15001));
    assertThat(options.admin()).isEqualTo(new SocketAddress("127.0.0.1", 15000));
    assertThat(options.health()).isEqualTo(new SocketAddress("0.0.0.0", 15021));
    assertThat(options.drainTime()).isEqualTo(Duration.ofMillis(500));
    assertThat(options.concurrency()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--mode serve | give either --bootstrap FILE or --control-plane",
        "--control-plane h:1 | --control-plane needs --service NS/NAME and --token-file FILE",
        "--control-plane h --service a/b --token-file t | \"h\" is not HOST:PORT",
        "--control-plane h:99999 --service a/b --token-file t | \"99999\" is no port",
        "--control-plane h:1 --service cart --token-file t | it must be NAMESPACE/NAME",
        "--control-plane h:1 --service a/b --token-file t --address x | must be an IP address",
        "--control-plane h:1 --service a/b --token-file t --port 80 | it must be NAME=VALUE",
        "--control-plane h:1 --service a/b --token-file t --port a=0 | \"0\" is no port",
        "--control-plane h:1 --service a/b --token-file t --upstream b:c=1 | NAMESPACE/NAME:PORTNAME",
        "--control-plane h:1 --service a/b --token-file t --drain-time soon | must be a duration",
        "--bootstrap x --concurrency 0 | it must be 1 to 1024",
        "--bootstrap x --mode look | it must be serve or validate",
        "--nonsense | Unknown option --nonsense",
        "--boot x | Unknown option --boot",
        "serve | \"serve\" is not an option",
        "--bootstrap | Missing argument for option",
      })
  void wrongUsageIsOneLineAndCodeTwo(String arguments, String message) {
    assertThat(run(arguments.split(" "))).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1).first().asString().contains(message);
  }

  @Test
  void helpNamesEveryOption() {
    StringWriter page = new StringWriter();
    CommandLineOptions.help(new PrintWriter(page));

    assertThat(page.toString())
        .contains(
            CommandLineOptions.all().getOptions().stream()
                .map(option -> "--" + option.getLongOpt())
                .toList());
  }

  @Test
  void aBootstrapThatDoesNotExistFails() {
    assertThat(run("--bootstrap", folder.resolve("none.yaml").toString())).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(1)
        .first()
        .asString()
        .contains("none.yaml does not exist");
  }

  @Test
  void aBootstrapThatIsNoTextFails() throws IOException {
    Path file = folder.resolve("binary.yaml");
    Files.write(file, new byte[] {(byte) 0xff, 0, 1});

    assertThat(run("--bootstrap", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("binary.yaml").contains("is not UTF-8 text");
  }

  @Test
  void malformedYamlIsNamedByLineAndColumn() throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(file, "static_resources:\n  listeners: [\n");

    assertThat(run("--bootstrap", file.toString(), "--mode", "validate")).isEqualTo(1);
    assertThat(err.toString().lines())
        .hasSize(1)
        .first()
        .asString()
        .contains(file.toString())
        .contains("line 2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"node\": {\"id\": \"a\"}, \"node\": {\"id\": \"b\"}}",
        "node: {id: a}\nnode: {id: b}\n",
      })
  void aKeyGivenTwiceIsRefused(String text) throws IOException {
    Path file = folder.resolve("twice.yaml");
    Files.writeString(file, text);

    assertThat(run("--bootstrap", file.toString(), "--mode", "validate")).isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1).first().asString().contains("node");
  }

  @Test
  void aValidBootstrapIsSaidToBeValid() throws IOException {
    Path file = folder.resolve("good.json");
    Files.writeString(file, "{\"static_resources\": {\"clusters\": []}}");

    assertThat(run("--bootstrap", file.toString(), "--mode", "validate")).isZero();
    assertThat(err.toString()).isEmpty();
  }
}
