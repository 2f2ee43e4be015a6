package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.stream.RequestSyntax;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectLocationTest {
  private static final String[] PIECES = {
    "http", "https", "HTTP", "://", ":", "/", "//", "?", "#", "@", "a.test", "[::1]", ":81", "..",
    "\\", " ", "%2e", "\u00e9", "\r\n", "x=1", "&", "ftp"
  };

  @ParameterizedTest
  @CsvSource({
    "http://a.test/b?c=1,       a.test,    /b?c=1",
    "HTTP://A.test/b,           A.test,    /b",
    "http://a.test:81/,         a.test:81, /",
    "http://a.test,             a.test,    /",
    "http://a.test?c,           a.test,    /?c",
    "http://a.test#part,        a.test,    /",
    "http://a.test/b#c?d,       a.test,    /b",
    "http://[::1]:81/b,         [::1]:81,  /b",
  })
  void anAbsoluteUrlSaysHostAndPath(String location, String authority, String path) {
    assertThat(RedirectLocation.parse(location))
        .isEqualTo(new RedirectLocation(false, authority, path));
  }

  @Test
  void aUrlSaysItsScheme() {
    RedirectLocation location = RedirectLocation.parse("HTTPS://a.test/");

    assertThat(location).isEqualTo(new RedirectLocation(true, "a.test", "/"));
    assertThat(location.scheme()).isEqualTo("https");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/b",
        "//a.test/b",
        "b",
        "http:/a.test",
        "http://",
        "http:///b",
        "ftp://a.test/",
        "http://u@a.test/",
        "http://a.test:x/",
        "http://a.test/b c",
        "http://a.test/\\b",
        "http://a.test/\u00e9",
        "http://a..test/",
        "javascript://a.test/"
      })
  void whatIsNoUrlToAskForLeadsNowhere(String location) {
    assertThat(RedirectLocation.parse(location)).isNull();
  }

  @Test
  void whateverEndpointsSayTheRequestIsOneThatAClientCouldSend() {
    Random random = new Random(7);
    int led = 0;
    for (int run = 0; run < 20_000; run++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "http://a.test" : "");
      for (int i = random.nextInt(8); i > 0; i--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      RedirectLocation location = RedirectLocation.parse(text);
      if (location == null) {
        continue;
      }
      led++;
      assertThat(RequestSyntax.authorityProblem(location.authority())).as("%s", text).isNull();
      assertThat(RequestSyntax.pathProblem("GET", location.path())).as("%s", text).isNull();
      assertThat(
              RedirectLocation.parse(
                  location.scheme() + "://" + location.authority() + location.path()))
          .isEqualTo(location);
    }
    assertThat(led).isGreaterThan(1000);
  }
}
