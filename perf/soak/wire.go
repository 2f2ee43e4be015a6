package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// patience is how long an answer may take at most. The routes' timeouts are shorter.
const patience = 75 * time.Second

// wire is an HTTP/1.1 connection that repeats nothing by itself, as Go's client would.
type wire struct {
	net.Conn
	reader *bufio.Reader
	used   int
	spent  bool
}

func (t *traffic) address(listener string) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.mesh.plan.ports[listener]))
}

func (t *traffic) dial(listener, protocol string) (net.Conn, error) {
	plain, err := net.DialTimeout("tcp", t.address(listener), patience)
	if err != nil || listener == "http" || listener == "tcp" {
		return plain, err
	}
	secure := tls.Client(plain, t.tls(listener, protocol))
	_ = secure.SetDeadline(time.Now().Add(patience))
	if err := secure.Handshake(); err != nil {
		_ = plain.Close()
		return nil, fmt.Errorf("handshake: %w", err)
	}
	_ = secure.SetDeadline(time.Time{})
	if listener != "extra" {
		shown := secure.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
		if !t.mesh.current(shown, staleAfter) {
			_ = plain.Close()
			return nil, fmt.Errorf("certificate %d is shown, which was replaced more than %v ago", shown, staleAfter)
		}
	}
	return secure, nil
}

// staleAfter is how long after its replacement a certificate may be shown.
const staleAfter = 10 * time.Second

func (t *traffic) tls(listener, protocol string) *tls.Config {
	config := &tls.Config{RootCAs: t.mesh.control.authority.pool, ServerName: "soak.test", NextProtos: []string{protocol}}
	if listener == "mtls" {
		config.Certificates = []tls.Certificate{t.identity}
	}
	return config
}

// open is a new connection for a call.
func (t *traffic) open(c *call, listener string) (*wire, error) {
	raw, err := t.dial(listener, "http/1.1")
	if err != nil {
		return nil, err
	}
	c.local = raw.LocalAddr().String()
	return &wire{Conn: raw, reader: bufio.NewReaderSize(raw, 32<<10)}, nil
}

// exchange sends a request and hands the answer on. A body is sent while the answer is read.
func (w *wire) exchange(c *call, request *http.Request, receive func(*http.Response) error) error {
	_ = w.SetDeadline(time.Now().Add(patience))
	c.local = w.LocalAddr().String()
	w.used++
	sent := make(chan error, 1)
	if request.Body == nil {
		sent <- request.Write(w)
	} else {
		go func() { sent <- request.Write(w) }()
	}
	response, err := http.ReadResponse(w.reader, request)
	if err != nil {
		w.spent = true
		_ = w.Close()
		return fmt.Errorf("no answer: %w (sending: %v)", err, <-sent)
	}
	w.spent = response.Close
	err = receive(response)
	if _, rest := io.Copy(io.Discard, response.Body); err == nil {
		err = rest
	}
	if err != nil {
		w.spent = true
		_ = w.Close()
	}
	if failed := <-sent; failed != nil {
		w.spent = true
		if err == nil {
			err = fmt.Errorf("answered, but the request could not be sent: %w", failed)
		}
	}
	return err
}

// reset closes a connection as a program does that is killed.
func reset(c net.Conn) {
	under := c
	if secure, is := c.(*tls.Conn); is {
		under = secure.NetConn()
	}
	_ = under.(*net.TCPConn).SetLinger(0)
	_ = under.Close()
}
