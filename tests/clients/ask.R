# R's SPARQL: Rscript ask.R ENDPOINT QUERY; prints CSV.
library(SPARQL)
asked <- commandArgs(trailingOnly = TRUE)
# It takes what it gets for Latin-1 unless told, whatever the Content-Type says (it knows the field only in capitals).
results <- SPARQL(asked[1], asked[2], curl_args = list(.encoding = "UTF-8"))$results
write.csv(results, row.names = FALSE, na = "")
