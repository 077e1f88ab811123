// A receiver of Standard Webhooks in Go, with the library of the standard.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	webhook, err := standardwebhooks.NewWebhook(os.Getenv("SECRET"))
	if err != nil {
		panic(err)
	}
	seen := map[string]bool{}
	handle := func(response http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		id := request.Header.Get("webhook-id")
		fault := ""
		if err := webhook.Verify(body, request.Header); err != nil {
			fault = err.Error()
		}
		// The first attempt of each event fails, whatever its signature.
		status := 204
		if !seen[id] {
			status = 500
		} else if fault != "" {
			status = 401
		}
		seen[id] = true
		line, _ := json.Marshal(map[string]any{"id": id, "fault": fault, "status": status})
		fmt.Println(string(line))
		response.WriteHeader(status)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	panic(http.Serve(listener, http.HandlerFunc(handle)))
}
