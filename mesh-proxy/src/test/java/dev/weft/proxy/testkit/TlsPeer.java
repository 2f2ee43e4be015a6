package dev.weft.proxy.testkit;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Somebody outside of the proxy who speaks mutual TLS, over blocking sockets or Netty's. */
public final class TlsPeer {
  private final TestCa.Issued identity;
  private final X509Certificate root;
  private final SSLContext blocking;

  public TlsPeer(TestCa.Issued identity, TestCa trusted) {
    this.identity = identity;
    this.root = trusted.root();
    this.blocking = blocking();
  }

  private SSLContext blocking() {
    try {
      char[] password = new char[0];
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(null, password);
      keys.setKeyEntry(
          "own",
          identity.keys().getPrivate(),
          password,
          identity.chain().toArray(X509Certificate[]::new));
      KeyManagerFactory own = KeyManagerFactory.getInstance("PKIX");
      own.init(keys, password);
      KeyStore roots = KeyStore.getInstance("PKCS12");
      roots.load(null, password);
      roots.setCertificateEntry("root", root);
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(roots);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A handshake as a client; the server's name is not checked. */
  Socket connect(Socket wire, String alpn) throws IOException {
    SSLSocket socket = over(wire, alpn);
    socket.startHandshake();
    return socket;
  }

  /** A client that asks for a name, or for none if it is null; a handshake that fails throws. */
  public RawClient named(Socket wire, String serverName) throws IOException {
    // A host of its own: a session that is resumed would ask for its first name again.
    SSLSocket socket = toHost(wire, "from-" + wire.getLocalPort());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(
        serverName == null ? List.of() : List.of(new SNIHostName(serverName)));
    socket.setSSLParameters(parameters);
    wire.setSoTimeout(10_000);
    try {
      socket.startHandshake();
    } catch (IOException e) {
      wire.close();
      throw e;
    }
    return new RawClient(socket, wire);
  }

  /** As a server that asks for no certificate; the handshake comes with the first byte. */
  public Socket acceptAnybody(Socket wire) throws IOException {
    SSLSocket socket = toHost(wire, "127.0.0.1");
    socket.setUseClientMode(false);
    return socket;
  }

  /** The handshake as a server comes with the first byte that is read or written. */
  Socket accept(Socket wire, String alpn) throws IOException {
    SSLSocket socket = over(wire, alpn);
    socket.setUseClientMode(false);
    socket.setNeedClientAuth(true);
    return socket;
  }

  private SSLSocket toHost(Socket wire, String host) throws IOException {
    return (SSLSocket) blocking.getSocketFactory().createSocket(wire, host, 0, true);
  }

  private SSLSocket over(Socket wire, String alpn) throws IOException {
    SSLSocket socket = toHost(wire, "127.0.0.1");
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {alpn});
    socket.setSSLParameters(parameters);
    return socket;
  }

  /** For Netty's clients; the server's name is not checked. */
  public SslContext client(String alpn) {
    return build(
        SslContextBuilder.forClient()
            .endpointIdentificationAlgorithm(null)
            .keyManager(identity.keys().getPrivate(), identity.chain()),
        alpn);
  }

  /** For Netty's servers, which ask for a certificate. */
  public SslContext server(String alpn) {
    return build(
        SslContextBuilder.forServer(identity.keys().getPrivate(), identity.chain())
            .clientAuth(ClientAuth.REQUIRE),
        alpn);
  }

  private SslContext build(SslContextBuilder builder, String alpn) {
    try {
      return builder
          .trustManager(root)
          .applicationProtocolConfig(
              new ApplicationProtocolConfig(
                  Protocol.ALPN,
                  SelectorFailureBehavior.NO_ADVERTISE,
                  SelectedListenerFailureBehavior.ACCEPT,
                  alpn))
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException(e);
    }
  }
}
