// A Lambda function that does what a tester's tap does, as one would write it with the AWS SDK for Go: one GetItem, a
// signature, one PutItem, a 302. It asks nobody who is calling, and has no other page. It is built from Debian's packages.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

type text = types.AttributeValueMemberS

type peer struct {
	table  string
	bucket string
	items  *dynamodb.Client
	links  *s3.PresignClient
}

type request struct {
	RawPath string `json:"rawPath"`
}

type response struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers,omitempty"`
}

func (p *peer) tap(ctx context.Context, asked request) (response, error) {
	parts := strings.Split(asked.RawPath, "/")
	if len(parts) != 4 || parts[3] != "latest.apk" {
		return response{StatusCode: http.StatusNotFound}, nil
	}
	app, environment := parts[1], parts[2]
	current, err := p.items.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &p.table,
		Key: map[string]types.AttributeValue{
			"pk": &text{Value: "OVERVIEW"},
			"sk": &text{Value: "CURRENT#" + app + "#" + environment},
		},
	})
	if err != nil {
		return response{}, err
	}
	if current.Item == nil {
		return response{StatusCode: http.StatusNotFound}, nil
	}
	build := current.Item["build"].(*text)
	installs := current.Item["installs"].(*types.AttributeValueMemberL).Value
	install := installs[0].(*types.AttributeValueMemberM).Value
	name, digest := install["name"].(*text), install["digest"].(*text)
	link, err := p.links.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket:                     &p.bucket,
		Key:                        aws.String(fmt.Sprintf("artifacts/%s/%s/%s", app, digest.Value, name.Value)),
		ResponseContentDisposition: aws.String(fmt.Sprintf("attachment; filename=%q", name.Value)),
		ResponseContentType:        aws.String("application/vnd.android.package-archive"),
	}, s3.WithPresignExpires(5*time.Minute))
	if err != nil {
		return response{}, err
	}
	now := time.Now().UTC()
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return response{}, err
	}
	at := now.Format(time.RFC3339Nano)
	_, err = p.items.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &p.table,
		Item: map[string]types.AttributeValue{
			"pk":          &text{Value: "DOWNLOADS#" + build.Value},
			"sk":          &text{Value: at + "#" + hex.EncodeToString(salt)},
			"build":       build,
			"app":         &text{Value: app},
			"environment": &text{Value: environment},
			"artifact":    digest,
			"name":        name,
			"by": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{
				"kind": &text{Value: "person"},
				"name": &text{Value: "peer"},
			}},
			"at":  &text{Value: at},
			"ttl": &types.AttributeValueMemberN{Value: strconv.FormatInt(now.Unix()+400*86400, 10)},
		},
	})
	if err != nil {
		return response{}, err
	}
	headers := map[string]string{"location": link.URL, "cache-control": "no-store"}
	return response{StatusCode: http.StatusFound, Headers: headers}, nil
}

// serve asks the Lambda Runtime API for events and answers them.
func serve(p *peer, api string) error {
	for {
		event, err := http.Get(api + "invocation/next")
		if err != nil {
			return err
		}
		body, err := io.ReadAll(event.Body)
		event.Body.Close()
		if err != nil {
			return err
		}
		var asked request
		if err := json.Unmarshal(body, &asked); err != nil {
			return err
		}
		kind := "response"
		answer, err := p.tap(context.Background(), asked)
		told, _ := json.Marshal(answer)
		if err != nil {
			kind = "error"
			told, _ = json.Marshal(map[string]string{"errorType": "Error", "errorMessage": err.Error()})
		}
		address := api + "invocation/" + event.Header.Get("lambda-runtime-aws-request-id") + "/" + kind
		taken, err := http.Post(address, "application/json", bytes.NewReader(told))
		if err != nil {
			return err
		}
		io.Copy(io.Discard, taken.Body)
		taken.Body.Close()
	}
}

func main() {
	settings, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	items := dynamodb.NewFromConfig(settings, func(options *dynamodb.Options) {
		options.EndpointResolver = dynamodb.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"))
	})
	objects := s3.NewFromConfig(settings, func(options *s3.Options) {
		options.EndpointResolver = s3.EndpointResolverFromURL(os.Getenv("AWS_ENDPOINT_URL_S3"))
		options.UsePathStyle = true
	})
	p := &peer{
		table:  os.Getenv("TOWPATH_TABLE"),
		bucket: os.Getenv("TOWPATH_BUCKET"),
		items:  items,
		links:  s3.NewPresignClient(objects),
	}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	if err := serve(p, api); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
