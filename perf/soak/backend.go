package main

import (
	"bufio"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// backend is one endpoint, a process that is killed now and then. It says its name (index and incarnation) with everything.
//
//	GET  .../bytes?n=&seed=  that pattern
//	POST .../echo            the body as it comes
//	POST .../hash            length and SHA-256 of the body, when it is whole
//	GET  .../ws              101, then an echo of bytes
//
// gRPC echoes every message. TCP says the name in a line, then echoes.
func backend(arguments []string) error {
	flags := flag.NewFlagSet("backend", flag.ExitOnError)
	name := flags.String("name", "", "index and incarnation")
	first := flags.Int("port", 0, "of four: HTTP, gRPC, HTTP/2 over mutual TLS, TCP")
	folder := flags.String("folder", ".", "where its certificate is")
	_ = flags.Parse(arguments)
	identity, roots, err := readIdentity(*folder)
	if err != nil {
		return err
	}
	var listeners [4]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *first+i)); err != nil {
			return err
		}
	}
	failed := make(chan error, 4)
	plain := &http.Server{Handler: web(*name), Protocols: protocols()}
	go func() { failed <- plain.Serve(listeners[0]) }()
	go func() { failed <- grpcServer(*name).Serve(listeners[1]) }()
	secure := &http.Server{Handler: web(*name), TLSConfig: &tls.Config{
		Certificates: []tls.Certificate{identity}, ClientCAs: roots, ClientAuth: tls.RequireAndVerifyClientCert}}
	go func() { failed <- secure.ServeTLS(listeners[2], "", "") }()
	go func() { failed <- echoTCP(listeners[3], *name) }()
	// Whoever started it holds the other end.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Println("ready")
	return <-failed
}

func readIdentity(folder string) (tls.Certificate, *x509.CertPool, error) {
	identity, err := tls.LoadX509KeyPair(filepath.Join(folder, "backend.pem"), filepath.Join(folder, "backend.key"))
	if err != nil {
		return identity, nil, err
	}
	root, err := os.ReadFile(filepath.Join(folder, "ca.pem"))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	return identity, roots, err
}

func protocols() *http.Protocols {
	both := new(http.Protocols)
	both.SetHTTP1(true)
	both.SetUnencryptedHTTP2(true)
	return both
}

func web(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("x-backend", name)
		var err error
		switch path.Base(r.URL.Path) {
		case "bytes":
			err = sendBytes(w, r)
		case "echo":
			err = echoBody(w, r)
		case "hash":
			err = hashBody(w, r)
		case "ws":
			err = upgrade(w, r, name)
		default:
			http.NotFound(w, r)
		}
		if err != nil {
			panic(http.ErrAbortHandler)
		}
	})
}

func sendBytes(w http.ResponseWriter, r *http.Request) error {
	n, _ := strconv.Atoi(r.FormValue("n"))
	seed, _ := strconv.ParseUint(r.FormValue("seed"), 10, 64)
	w.Header().Set("content-length", strconv.Itoa(n))
	_, err := io.Copy(w, newPattern(seed, n))
	return err
}

func echoBody(w http.ResponseWriter, r *http.Request) error {
	if r.ProtoMajor == 1 {
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			return err
		}
	}
	_, err := io.Copy(w, r.Body)
	return err
}

func hashBody(w http.ResponseWriter, r *http.Request) error {
	hash := sha256.New()
	n, err := io.Copy(hash, r.Body)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%d %s", n, hex.EncodeToString(hash.Sum(nil)))
	return err
}

func upgrade(w http.ResponseWriter, r *http.Request, name string) error {
	raw, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return err
	}
	defer raw.Close()
	sum := sha1.Sum([]byte(r.Header.Get("sec-websocket-key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, err = fmt.Fprintf(buffered, "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n"+
		"sec-websocket-accept: %s\r\nx-backend: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]), name)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		_, err = io.Copy(raw, buffered)
	}
	return err
}

func echoTCP(listener net.Listener, name string) error {
	for {
		accepted, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer accepted.Close()
			if _, err := fmt.Fprintln(accepted, name); err == nil {
				_, _ = io.Copy(accepted, bufio.NewReaderSize(accepted, 64<<10))
			}
		}()
	}
}

// raw passes messages as the bytes they are.
type raw struct{}

func (raw) Name() string { return "raw" }

func (raw) Marshal(message any) ([]byte, error) { return *message.(*[]byte), nil }

func (raw) Unmarshal(data []byte, message any) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func grpcServer(name string) *grpc.Server {
	return grpc.NewServer(grpc.ForceServerCodec(raw{}), grpc.ConnectionTimeout(10*time.Second),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
			// At once, so that the caller knows whom it speaks to.
			if err := stream.SendHeader(metadata.Pairs("x-backend", name)); err != nil {
				return err
			}
			for {
				var message []byte
				if err := stream.RecvMsg(&message); errors.Is(err, io.EOF) {
					return nil
				} else if err != nil {
					return err
				}
				if err := stream.SendMsg(&message); err != nil {
					return err
				}
				if context.Cause(stream.Context()) != nil {
					return nil
				}
			}
		}))
}
