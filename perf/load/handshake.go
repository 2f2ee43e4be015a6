package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
)

// handshake opens connections with full TLS 1.3 handshakes and client certificates, asks once on each, and closes it.
func handshake(arguments []string) error {
	flags := flag.NewFlagSet("handshake", flag.ExitOnError)
	target := flags.String("target", "", "the proxy")
	ca := flags.String("ca", "", "root certificates, PEM")
	cert := flags.String("cert", "", "the client's certificate, PEM")
	key := flags.String("key", "", "its key, PEM")
	workers := flags.Int("workers", 4, "connections at a time")
	seconds := flags.Float64("seconds", 4, "measured time")
	warm := flags.Float64("warm", 1, "time before that")
	_ = flags.Parse(arguments)
	roots := x509.NewCertPool()
	pem, err := os.ReadFile(*ca)
	if err != nil {
		return err
	}
	roots.AppendCertsFromPEM(pem)
	own, err := tls.LoadX509KeyPair(*cert, *key)
	if err != nil {
		return err
	}
	config := &tls.Config{
		RootCAs: roots, Certificates: []tls.Certificate{own}, ServerName: "localhost", MinVersion: tls.VersionTLS13,
		CurvePreferences: []tls.CurveID{tls.X25519}, NextProtos: []string{"http/1.1"},
	}
	m := &meter{}
	for range *workers {
		go func() {
			for !m.over.Load() {
				if err := once(*target, config); err != nil {
					m.failure(err)
				} else {
					m.success()
				}
			}
		}()
	}
	m.run(duration(*warm), duration(*seconds), nil)
	return nil
}

func once(target string, config *tls.Config) error {
	c, err := tls.Dial("tcp", target, config)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		return err
	}
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if err == nil && response.StatusCode != 200 {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return err
}
