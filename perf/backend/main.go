// Command backend answers benchmarks as cheaply as it can: a fixed body on HTTP/1.1, an echo with gRPC trailers on HTTP/2
// without TLS.
package main

import (
	"bytes"
	"flag"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"
)

func main() {
	address := flag.String("listen", "127.0.0.1:18080", "where to listen")
	size := flag.Int("size", 1024, "bytes of the HTTP/1.1 answer")
	flag.Parse()
	body := bytes.Repeat([]byte{'w'}, *size)
	length := strconv.Itoa(len(body))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Length"] = []string{length}
		w.Header()["Content-Type"] = []string{"text/plain"}
		_, _ = w.Write(body)
	})
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		message, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header()["Content-Type"] = []string{"application/grpc"}
		w.Header()["Trailer"] = []string{"Grpc-Status"}
		_, _ = w.Write(message)
		w.Header()["Grpc-Status"] = []string{"0"}
	})
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Addr:              *address,
		Handler:           mux,
		Protocols:         protocols,
		ReadHeaderTimeout: 10 * time.Second,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 1000},
	}
	log.Fatal(server.ListenAndServe())
}
